#include "inference/models/ltxv/ltxv.hpp"

#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::ltxv {
Ltxv::Ltxv(const Weights& w)
    : weights_(w), config_(w), video_(w, config_), time_(w / "adaln_single"), caption_(w / "caption_projection"),
      blocks_(blocks_of<Block>(w / "transformer_blocks", "", config_.heads)) {
    if (w.has_part("prompt_adaln_single")) prompt_time_.emplace(w / "prompt_adaln_single");
}

void Ltxv::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.attention_mask) input.attention_mask = *condition.attention_mask;
    const std::optional<Tensor>& mask = mask_of(condition, target);
    set_video_inputs(input, condition, mask.value_or(Tensor()));
}

Tensor Ltxv::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const VideoTokens tokens = video_.enter(input.x, input);
    const TimeEmbedder::Embedded time = time_(tokens.times, config_.time_scale, dtype);
    TimeValues prompt_modulation;
    if (prompt_time_) prompt_modulation = (*prompt_time_)(tokens.times.latest(), config_.time_scale, dtype).modulation;
    const Rotation places = rotation_of(tokens.spans, video_.dim(), config_.heads, config_.longest, config_.positions);
    StreamInputs inputs{.modulation = time.modulation,
                        .prompt_modulation = prompt_modulation,
                        .time = time.time,
                        .text = caption_(input.context.to(dtype)),
                        .text_mask = added_mask(input.attention_mask, dtype),
                        .places = places};
    if (tokens.guide_attention) inputs.core = *tokens.guide_attention;
    Streams streams{.image = tokens.x, .text = {}};
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams, [&](Streams& stream) {
            for (const auto part : {with_self_attention, with_text, with_feed_forward})
                stream.image = part(blocks_[i], stream.image, inputs);
        });
    return video_.leave(streams.image, inputs.time, tokens);
}

std::size_t Ltxv::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections and the feed forward network, four times as wide: about sixteen tensors.
    const int64_t tokens = latent[2] * latent[3] * latent[4];
    return static_cast<std::size_t>(latent[0] * tokens * video_.dim() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::ltxv
