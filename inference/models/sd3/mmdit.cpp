#include "inference/models/sd3/mmdit.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/models/sd3/diffusers.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::sd3 {
namespace {

constexpr int64_t time_frequencies = 256;

}  // namespace

Mmdit::Mmdit(const Weights& w)
    : weights_(w), patch_(w["x_embedder.proj.weight"].size(2)), picture_in_(w / "x_embedder" / "proj", patch_, 0),
      positions_{w["pos_embed"], patch_}, time_(w / "t_embedder"), blocks_(blocks_of<JointBlock>(w / "joint_blocks")),
      final_modulation_(w / "final_layer" / "adaLN_modulation" / 1), final_(w / "final_layer" / "linear") {
    if (w.has_part("y_embedder")) pooled_.emplace(w / "y_embedder");
    if (w.has_part("context_embedder")) text_in_.emplace(w / "context_embedder");
}

void Mmdit::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    if (!condition.pooled) throw UserError("the conditioning holds no pooled prompt, which SD3 needs");
    input.context = condition.cross;
    input.context_repeats = false;
    input.vector = *condition.pooled;
}

Tensor Mmdit::embedded(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor c = time_(timestep_embedding(input.timestep, time_frequencies).to(dtype));
    if (pooled_ && input.vector.defined()) c = c + (*pooled_)(input.vector.to(dtype));
    return at::silu(c);
}

Tensor Mmdit::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t height = input.x.size(2), width = input.x.size(3);
    const Tensor padded = padded_to_patches(input.x.to(dtype), patch_);
    const int64_t rows = padded.size(2) / patch_, columns = padded.size(3) / patch_;

    const Tensor patches = picture_in_(padded.contiguous(at::MemoryFormat::ChannelsLast));
    const Tensor text = input.context.to(dtype);
    Streams streams{.image = patches.flatten(2).transpose(1, 2) +
                             positions_(rows, columns, dtype, patches.device()),  // [batch, tokens, dim]
                    .text = text_in_ ? (*text_in_)(text) : text};
    const Tensor c = embedded(input);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const Block place{BlockKind::double_stream, static_cast<int64_t>(i)};
        run_block(input, place, streams, [&](Streams& tokens) { blocks_[i](tokens.text, tokens.image, c); });
        if (input.control && i < input.control->output.size() && input.control->output[i].defined())
            streams.image = streams.image + input.control->output[i].to(dtype);
    }

    const std::vector<Tensor> modulation = final_modulation_(c).unsqueeze(1).chunk(2, 2);  // shift, scale
    const Tensor output = final_(modulate(plain_layer_norm(streams.image), modulation[1], modulation[0]));
    const Tensor whole = from_patches(output, rows, columns, patch_, PatchOrder::channels_last);
    return whole.narrow(2, 0, height).narrow(3, 0, width).to(at::kFloat).contiguous();
}

std::size_t Mmdit::activation_bytes(at::IntArrayRef latent) const {
    // About thirty tensors of one token each live at once: queries, keys and values before and after joining the
    // streams, and the four times wider inside of the feed forward. The prompt adds some hundred tokens.
    constexpr int64_t prompt_tokens = 512;
    const int64_t tokens = latent[0] * (latent[2] * latent[3] / (patch_ * patch_) + prompt_tokens);
    return static_cast<std::size_t>(tokens * final_.in_features() * 30) * c10::elementSize(weights_.compute_dtype());
}

LoraKeys Mmdit::lora_keys() const { return lora_names(weights_); }

}  // namespace easel::inference::sd3
