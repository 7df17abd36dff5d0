#include "inference/image/resize.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanDancerVideo : VideoRequest {
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<inference::ClipVisionOutput> clip_vision_output_ref;
    std::optional<Image> start_image;
    std::optional<Mask> mask;
    std::optional<inference::EncodedSound> audio_encoder_output;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/dancer");
        s.python_module = "comfy_extras.nodes_wandancer";
        declare_prompts(s);
        declare_size(s, {.width = 480, .height = 832, .frames = 149})
            .tooltip("The number of frames in the generated video. Should stay 149 for WanDancer.");
        s.in("clip_vision_output", &WanDancerVideo::clip_vision_output)
            .tooltip("The CLIP vision embeds for the first frame.");
        s.in("clip_vision_output_ref", &WanDancerVideo::clip_vision_output_ref)
            .tooltip("The CLIP vision embeds for the reference image.");
        s.in("start_image", &WanDancerVideo::start_image)
            .tooltip("The initial image(s) to be encoded, can be any number of frames.");
        s.in("mask", &WanDancerVideo::mask)
            .tooltip("Image conditioning mask for the start image(s). White is kept, black is generated. Used for the "
                     "local generations.");
        s.in("audio_encoder_output", &WanDancerVideo::audio_encoder_output);
        s.out("positive");
        s.out("negative");
        s.out("latent").tooltip = "Empty latent.";
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const inference::wan::VideoSize size = video_size(*this);
        std::optional<inference::wan::GivenFrames> frames;
        if (start_image) frames = known_frames(size);
        return {
            told(positive, frames), told(negative, frames), {.samples = inference::wan::empty_video(1, 16, 8, size)}};
    }

private:
    // The pictures at the video's beginning, black frames behind them, and a mask that is 0 where they are kept.
    inference::wan::GivenFrames known_frames(const inference::wan::VideoSize& size) const {
        constexpr std::int64_t frames_together = 4;
        const Tensor pictures = inference::wan::fitted(start_image->pixels, size).slice(3, 0, 3);
        const std::int64_t missing = length - pictures.size(0);
        const Tensor latent = vae.encode(at::constant_pad_nd(pictures, {0, 0, 0, 0, 0, 0, 0, missing}));
        if (!mask) {
            Tensor made = at::ones({1, 1, (length - 1) / frames_together + 1, latent.size(3), latent.size(4)});
            made.narrow(2, 0, (pictures.size(0) - 1) / frames_together + 1).zero_();
            return {.latent = latent, .mask = made};
        }
        // The reference takes height for width here, which counts in pictures that are no squares.
        const Tensor made = inference::resize(1.0 - mask->values.slice(0, 0, length).unsqueeze(0), latent.size(3),
                                              latent.size(4), "nearest-exact");
        const Tensor all = at::cat({made.slice(1, 0, 1).repeat_interleave(frames_together, 1), made.slice(1, 1)}, 1);
        return {.latent = latent,
                .mask = all.reshape({1, -1, frames_together, latent.size(3), latent.size(4)}).transpose(1, 2)};
    }

    Conditioning told(const Conditioning& conditioning,
                      const std::optional<inference::wan::GivenFrames>& frames) const {
        Conditioning result = with_given_frames(conditioning, frames, features_of(clip_vision_output));
        for (inference::Condition& condition : result) {
            if (clip_vision_output && clip_vision_output_ref)
                condition.extra["reference_features"] = clip_vision_output_ref->penultimate_hidden_states;
            if (!audio_encoder_output || !audio_encoder_output->music) continue;
            const inference::EncodedSound::Music& music = *audio_encoder_output->music;
            condition.extra["music"] = music.features;
            condition.extra["frame_rate"] = at::scalar_tensor(music.frame_rate, at::kDouble);
            condition.extra["music_strength"] = at::scalar_tensor(music.strength, at::kDouble);
        }
        return result;
    }
};

}  // namespace

void register_wan_dancer_video(Registry& registry) { registry.add<WanDancerVideo>("WanDancerVideo"); }

}  // namespace easel::nodes
