#include "inference/models/wan/speech/spoken_video.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanSoundImageToVideo : VideoRequest {
    std::optional<inference::EncodedSound> audio_encoder_output;
    std::optional<Image> ref_image;
    std::optional<Image> control_video;
    std::optional<Image> ref_motion;

    static void declare(Schema& s) {
        declare_request(s, "model/conditioning/wan/sound", {.width = 832, .height = 480, .frames = 77});
        s.in("audio_encoder_output", &WanSoundImageToVideo::audio_encoder_output);
        s.in("ref_image", &WanSoundImageToVideo::ref_image);
        s.in("control_video", &WanSoundImageToVideo::control_video);
        s.in("ref_motion", &WanSoundImageToVideo::ref_motion);
        declare_outputs(s);
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
