#include "inference/models/wan/speech/spoken_video.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanSoundImageToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 77;
    std::int64_t batch_size = 1;
    std::optional<inference::EncodedSound> audio_encoder_output;
    std::optional<Image> ref_image;
    std::optional<Image> control_video;
    std::optional<Image> ref_motion;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/conditioning/wan/sound";
        s.in("positive", &WanSoundImageToVideo::positive);
        s.in("negative", &WanSoundImageToVideo::negative);
        s.in("vae", &WanSoundImageToVideo::vae);
        s.in("width", &WanSoundImageToVideo::width).range(16, 16384).step(16);
        s.in("height", &WanSoundImageToVideo::height).range(16, 16384).step(16);
        s.in("length", &WanSoundImageToVideo::length).range(1, 16384).step(4);
        s.in("batch_size", &WanSoundImageToVideo::batch_size).range(1, 4096);
        s.in("audio_encoder_output", &WanSoundImageToVideo::audio_encoder_output);
        s.in("ref_image", &WanSoundImageToVideo::ref_image);
        s.in("control_video", &WanSoundImageToVideo::control_video);
        s.in("ref_motion", &WanSoundImageToVideo::ref_motion);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::SpokenVideo video{.size = video_size(*this),
                                                .batch = batch_size,
                                                .sound = audio_encoder_output,
                                                .reference = pixels_of(ref_image),
                                                .control = pixels_of(control_video),
                                                .pixels_before = pixels_of(ref_motion)};
        Conditioning with = positive, without = negative;
        inference::wan::tell_spoken(vae, video, with, without);
        return {with, without, {.samples = inference::wan::empty_video(batch_size, 16, 8, video.size)}};
    }
};

}  // namespace

void register_wan_sound_image_to_video(Registry& registry) {
    registry.add<WanSoundImageToVideo>("WanSoundImageToVideo");
}

}  // namespace easel::nodes
