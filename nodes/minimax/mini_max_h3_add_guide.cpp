#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/models/minimax_h3/references.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct MiniMaxH3AddGuide {
    Conditioning positive;
    Latent latent;
    std::int64_t frame_idx = 0;
    std::optional<Vae> vae;
    std::optional<Vae> audio_vae;
    std::optional<Image> image;
    std::optional<Audio> audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_h3";
        s.category = "model/conditioning/minimax";
        s.display_name = "Add Guide for MiniMax H3";
        s.description = "Anchor an image, a short clip, audio, or a clip with its soundtrack at any frame of a MiniMax "
                        "H3 video. Chain several nodes to anchor several frames.";
        s.in("positive", &MiniMaxH3AddGuide::positive);
        s.in("latent", &MiniMaxH3AddGuide::latent);
        s.in("frame_idx", &MiniMaxH3AddGuide::frame_idx)
            .range(-9999, 9999)
            .tooltip("Frame index to anchor the image or the clip's first frame at. Negative values are counted from "
                     "the end of the video.");
        s.in("vae", &MiniMaxH3AddGuide::vae).tooltip("Video VAE, needed when an image is connected.");
        s.in("audio_vae", &MiniMaxH3AddGuide::audio_vae).tooltip("Audio VAE, needed when an audio is connected.");
        s.in("image", &MiniMaxH3AddGuide::image)
            .tooltip("Image or video frames to anchor. Multi-frame batches are anchored as a clip and cropped down to "
                     "the model's valid clip lengths: 5, 22, 39... (17k + 5) frames. Batches shorter than 5 frames use "
                     "only the first image.");
        s.in("audio", &MiniMaxH3AddGuide::audio)
            .tooltip(
                "Soundtrack to anchor starting at the same frame index, cropped to the video's remaining duration.");
        s.out("positive");
    }

    Conditioning execute() const {
        const std::int64_t frames = inference::minimax_h3::frames_of(latent);
        if (!image && !audio) throw UserError("MiniMaxH3AddGuide needs an image or an audio to anchor");
        inference::minimax_h3::Guide guide{.frame = frame_idx >= 0 ? frame_idx : frames + frame_idx, .what = {}};
        const std::int64_t guided = guide_frames();
        if (guide.frame < 0 || guide.frame + guided > frames) {
            const std::string place = "frame_idx " + std::to_string(frame_idx);
            const std::string all = "the video's " + std::to_string(frames) + " frames";
            throw UserError(guided == 1 ? place + " is outside " + all
                                        : "a " + std::to_string(guided) + " frame guide clip at " + place +
                                              " does not fit in " + all);
        }
        if (image) guide.what.video = video_of(guided);
        if (audio) guide.what.sound = sound_from(guide.frame);
        return inference::minimax_h3::with_guide(positive, guide);
    }

private:
    // How many of the frames are a clip that the autoencoder takes.
    std::int64_t guide_frames() const {
        if (!image || image->pixels.size(0) < 5) return 1;
        return inference::minimax_h3::whole_clip(image->pixels.size(0));
    }

    Tensor video_of(std::int64_t frames) const {
        if (!vae) throw UserError("anchoring guide frames needs the vae input");
        constexpr std::int64_t cell = 16;
        const Tensor clip = image->pixels.narrow(0, 0, frames).slice(-1, 0, 3);
        return vae->encode(inference::resize_image(clip, latent.samples.size(4) * cell, latent.samples.size(3) * cell,
                                                   "lanczos", inference::Crop::center));
    }

    // As much of it as there is time left.
    Tensor sound_from(std::int64_t frame) const {
        if (!audio_vae) throw UserError("anchoring guide audio needs the audio_vae input");
        const Tensor sound = inference::minimax_h3::sound_latent(*audio_vae, audio->waveform, audio->sample_rate);
        constexpr double moments_of_frame = 5.0 / 3.0;
        const double left = static_cast<double>(latent.streams.front().samples.size(-1)) -
                            moments_of_frame * static_cast<double>(frame);
        const auto most = static_cast<std::int64_t>(std::floor(left));
        if (most < 1)
            throw UserError("frame_idx " + std::to_string(frame_idx) + " is past the end of the video's audio track");
        return sound.narrow(-1, 0, std::min(most, sound.size(-1)));
    }
};

}  // namespace

void register_mini_max_h3_add_guide(Registry& registry) { registry.add<MiniMaxH3AddGuide>("MiniMaxH3AddGuide"); }

}  // namespace easel::nodes
