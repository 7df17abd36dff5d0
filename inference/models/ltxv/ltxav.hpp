// LTX-2 (Lightricks 2025): a transformer over the cells of a video and the moments of its sound, which attend to each
// other in every block.
#pragma once

#include "inference/models/diffusers_layout.hpp"
#include "inference/models/ltxv/blocks.hpp"
#include "inference/models/ltxv/sound.hpp"
#include "inference/models/ltxv/video.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/latent_streams.hpp"

#include <optional>
#include <vector>

namespace easel::inference::ltxv {

// A number 1 under this name in the inputs of a condition keeps pictures and sound from attending to each other.
inline constexpr const char* severed_name = "severed_media";
// Under this name a condition says that its prompt has not been through the connectors.
inline constexpr const char* raw_prompt_name = "unprocessed_ltxav_embeds";

// The shapes of the streams in a latent, told by an attachment because networks see a row of numbers.
struct Shapes : Attachment {
    StreamShapes shapes;
};
inline constexpr const char* shapes_name = "streams";

struct AvBlock {
    Block video, sound;
    Attention sound_to_video, video_to_sound;
    Weight video_table, sound_table;  // [5, dim]: scale and shift for both directions, and a gate

    AvBlock(const Weights& w, const Config& config);
};

class LtxAv : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit LtxAv(const Weights& w);

    // x is a row of [batch, channels, frames, height, width] and [batch, channels, moments, frequencies], or a video
    // without sound.
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    bool keeps_latent_clean() const override { return true; }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return plain_lora_keys(weights_); }

    // The prompt as the blocks read it, pictures' part and sound's part beside each other.
    Tensor connected(const Tensor& prompt, bool is_raw) const;
    // How much of that is the pictures' part.
    int64_t prompt_width() const { return config_.context_dim; }

private:
    struct Crossing;
    struct Prompt {
        Tensor video, sound;
    };
    Prompt parts_of(const Tensor& context) const;
    Crossing crossing(const VideoTokens& video, const SoundTokens& sound) const;

    Weights weights_;
    Config config_;
    VideoStream video_;
    SoundStream sound_;
    TimeEmbedder video_time_, sound_time_;
    std::optional<TimeEmbedder> video_prompt_time_, sound_prompt_time_;
    TimeEmbedder video_cross_time_, sound_cross_time_, to_video_gate_time_, to_sound_gate_time_;
    std::optional<TextProjection> video_caption_, sound_caption_;
    Connector video_connector_, sound_connector_;
    std::vector<AvBlock> blocks_;
};

}  // namespace easel::inference::ltxv
