#include "base/error.hpp"
#include "inference/model_patches/infinite_talk.hpp"
#include "inference/models/wan/speech/sound_features.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/conditioning/wan/given_frames.hpp"
#include "nodes/conditioning/wan/video_request.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> wan_infinite_talk_to_video_mode_branches() {
    InputSpec two_speakers_audio_encoder_output_2 = inner_input("audio_encoder_output_2", "AUDIO_ENCODER_OUTPUT");
    Field<Value>(two_speakers_audio_encoder_output_2).optional();
    InputSpec two_speakers_mask_1 = inner_input("mask_1", "MASK");
    Field<Mask>(two_speakers_mask_1)
        .tooltip("Mask for the first speaker, required if using two audio inputs.")
        .optional();
    InputSpec two_speakers_mask_2 = inner_input("mask_2", "MASK");
    Field<Mask>(two_speakers_mask_2)
        .tooltip("Mask for the second speaker, required if using two audio inputs.")
        .optional();
    return {{"single_speaker", {}},
            {"two_speakers", {two_speakers_audio_encoder_output_2, two_speakers_mask_1, two_speakers_mask_2}}};
}

struct WanInfiniteTalkToVideo : VideoRequest {
    Chosen mode;
    Model model;
    ModelPatch model_patch;
    inference::EncodedSound audio_encoder_output_1;
    std::int64_t motion_frame_count = 9;
    double audio_scale = 1.0;
    std::optional<inference::ClipVisionOutput> clip_vision_output;
    std::optional<Image> start_image;
    std::optional<Image> previous_frames;

    static void declare(Schema& s) {
        declare_record(s, "model/conditioning/wan/infinite talk");
        choice_in(s, "mode", "", wan_infinite_talk_to_video_mode_branches(), &WanInfiniteTalkToVideo::mode);
        s.in("model", &WanInfiniteTalkToVideo::model);
        s.in("model_patch", &WanInfiniteTalkToVideo::model_patch);
        declare_prompts(s);
        declare_size(s);
        s.in("audio_encoder_output_1", &WanInfiniteTalkToVideo::audio_encoder_output_1);
        s.in("motion_frame_count", &WanInfiniteTalkToVideo::motion_frame_count)
            .range(1, 33)
            .step(1)
            .advanced()
            .tooltip("Number of previous frames to use as motion context.");
        s.in("audio_scale", &WanInfiniteTalkToVideo::audio_scale).range(-10.0, 10.0).step(0.01);
        s.in("clip_vision_output", &WanInfiniteTalkToVideo::clip_vision_output);
        s.in("start_image", &WanInfiniteTalkToVideo::start_image);
        s.in("previous_frames", &WanInfiniteTalkToVideo::previous_frames);
        s.out("model");
        declare_outputs(s);
        s.out("trim_image");
    }

    std::tuple<Model, Conditioning, Conditioning, Latent, std::int64_t> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        const auto network = as_kind<inference::InfiniteTalk>(model_patch, "an InfiniteTalk or MultiTalk model");
        if (previous_frames && previous_frames->pixels.size(0) < motion_frame_count)
            throw UserError("Not enough previous frames provided.");
        if (!start_image && !previous_frames)
            throw UserError("connect a start_image, or previous_frames to go on from");
        std::optional<inference::wan::GivenFrames> frames;
        if (start_image) frames = inference::wan::given_first(vae, start_image->pixels, size);

        const Latent empty{.samples = inference::wan::empty_video(1, 16, 8, size)};
        inference::Talk talk;
        talk.strength = audio_scale;
        const auto speakers = voices(empty.samples, talk);
        std::int64_t first = 0;
        if (previous_frames) {
            const Tensor before = previous_frames->pixels;
            inference::wan::VideoSize motion = size;
            motion.frames = motion_frame_count;
            first = before.size(0) - motion_frame_count;
            talk.first_latents =
                vae.encode(inference::wan::fitted(before.slice(0, -motion_frame_count), motion).slice(3, 0, 3));
            talk.keeps_first = true;
        } else {
            talk.first_latents = frames->latent.slice(2, 0, 1);
        }
        talk.speech = network->speech_tokens(speakers, first, length);
        const auto features = features_of(clip_vision_output);
        return {inference::with_talk(model, network, std::move(talk)), with_given_frames(positive, frames, features),
                with_given_frames(negative, frames, features), empty, previous_frames ? motion_frame_count : 0};
    }

private:
    template <class T>
    const T* chosen(std::string_view name) const {
        const auto found = mode.inputs.find(name);
        return found == mode.inputs.end() ? nullptr : found->second.get_if<T>();
    }

    // What each speaker says; of two the second begins when the first has ended. Their masks go into `talk`.
    std::vector<Tensor> voices(const Tensor& latent, inference::Talk& talk) const {
        std::vector<Tensor> all{inference::wan::heard_by_layers(audio_encoder_output_1)};
        const auto* second = chosen<inference::EncodedSound>("audio_encoder_output_2");
        const auto *mask_1 = chosen<Mask>("mask_1"), *mask_2 = chosen<Mask>("mask_2");
        const bool has_masks = mask_1 != nullptr && mask_2 != nullptr;
        if (second != nullptr && !has_masks)
            throw UserError("Masks must be provided if two audio encoder outputs are used.");
        if (second == nullptr && has_masks)
            throw UserError("Second audio encoder output must be provided if two masks are used.");
        if (second == nullptr) return all;
        all.push_back(inference::wan::heard_by_layers(*second));
        const std::int64_t before = all[0].size(0), behind = all[1].size(0);
        all[0] = at::constant_pad_nd(all[0], {0, 0, 0, 0, 0, behind});
        all[1] = at::constant_pad_nd(all[1], {0, 0, 0, 0, before, 0});
        const Tensor masks = at::cat({mask_1->values, mask_2->values}).unsqueeze(0);
        talk.masks = at::upsample_nearest2d(masks, {latent.size(3) / 2, latent.size(4) / 2})[0].gt(0).flatten(1);
        return all;
    }
};

}  // namespace

void register_wan_infinite_talk_to_video(Registry& registry) {
    registry.add<WanInfiniteTalkToVideo>("WanInfiniteTalkToVideo");
}

}  // namespace easel::nodes
