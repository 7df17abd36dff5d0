#include "inference/models/wan/speech/spoken_video.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanSoundImageToVideoExtend : VideoRequest {
    Latent video_latent;
    std::optional<inference::EncodedSound> audio_encoder_output;
    std::optional<Image> ref_image;
    std::optional<Image> control_video;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/sound");
        declare_prompts(s);
        declare_length(s, 77);
        s.in("video_latent", &WanSoundImageToVideoExtend::video_latent);
        s.in("audio_encoder_output", &WanSoundImageToVideoExtend::audio_encoder_output);
        s.in("ref_image", &WanSoundImageToVideoExtend::ref_image);
        s.in("control_video", &WanSoundImageToVideoExtend::control_video);
        declare_outputs(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        constexpr std::int64_t cell = 8, frames_together = 4;
        const Tensor& before = video_latent.samples;
        if (before.dim() != 5) throw UserError("video_latent is no latent of a video");
        const inference::wan::SpokenVideo video{
            .size = {.width = before.size(4) * cell, .height = before.size(3) * cell, .frames = length},
            .batch = before.size(0),
            .first = before.size(2) * frames_together,
            .sound = audio_encoder_output,
            .reference = pixels_of(ref_image),
            .control = pixels_of(control_video),
            .latents_before = before};
        Conditioning with = positive, without = negative;
        inference::wan::tell_spoken(vae, video, with, without);
        return {with, without, {.samples = inference::wan::empty_video(video.batch, 16, cell, video.size)}};
    }
};

}  // namespace

void register_wan_sound_image_to_video_extend(Registry& registry) {
    registry.add<WanSoundImageToVideoExtend>("WanSoundImageToVideoExtend");
}

}  // namespace easel::nodes
