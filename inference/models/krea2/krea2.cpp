#include "inference/models/krea2/krea2.hpp"

#include "base/error.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/diffusers_layout.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace easel::inference::krea2 {
namespace {

constexpr int64_t patch = 2, head_size = 128, text_heads = 20;
constexpr double theta = 1000.0;
const std::vector<int64_t> axes{32, 48, 48};  // of a head: plane, row, column

// Latents of one picture, or of the frames of several, as pictures [batch, channels, height, width].
Tensor as_pictures(const Tensor& latent) { return latent.dim() == 4 ? latent : video_to_frames(latent); }

struct Tokens {
    Tensor values;     // [batch, tokens, channels * 4]
    Tensor positions;  // [tokens, 3]
    int64_t rows, columns;
};

Tokens tokens_of(const Tensor& picture, int64_t plane) {
    const Tensor whole = padded_to_patches(picture, patch);
    const int64_t rows = whole.size(2) / patch, columns = whole.size(3) / patch;
    Tensor positions = at::zeros({rows, columns, 3}, at::kFloat);
    positions.select(2, 0).fill_(plane);
    positions.select(2, 1).copy_(at::arange(rows, at::kFloat).unsqueeze(1).expand({rows, columns}));
    positions.select(2, 2).copy_(at::arange(columns, at::kFloat).expand({rows, columns}));
    return {to_patches(whole, patch, PatchOrder::channels_first), positions.flatten(0, 1), rows, columns};
}

}  // namespace

Krea2::Krea2(const Weights& w)
    : weights_(w), in_(w / "first"), time_in_(w / "tmlp" / 0), time_out_(w / "tmlp" / 2),
      time_modulation_(w / "tproj" / 1),
      by_layer_(blocks_of<TextBlock>(w / "txtfusion" / "layerwise_blocks", text_heads)),
      refiner_(blocks_of<TextBlock>(w / "txtfusion" / "refiner_blocks", text_heads)),
      blend_(w / "txtfusion" / "projector"), text_norm_(w / "txtmlp" / 0), text_in_(w / "txtmlp" / 1),
      text_out_(w / "txtmlp" / 3), blocks_(blocks_of<Block>(w / "blocks", head_size)), final_norm_(w / "last" / "norm"),
      final_modulation_(w["last.modulation.lin"]), final_(w / "last" / "linear") {}

void Krea2::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    // Without a method the network looks at no pictures.
    if (!condition.reference_method) return;
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(target.format->to_model(reference));
    if (*condition.reference_method == ReferenceMethod::index_timestep_zero && !input.reference_latents.empty())
        input.extra["references_without_noise"] = at::scalar_tensor(1, at::kLong);
}

Tensor Krea2::text(const Tensor& layers) const {
    const int64_t count = blend_.in_features(), width = text_in_.in_features();
    if (layers.size(2) != count * width)
        throw UserError("the conditioning is " + std::to_string(layers.size(2)) + " wide, Krea 2 reads " +
                        std::to_string(count) + " layers of " + std::to_string(width) +
                        ": load its text encoder with CLIPLoader and the type krea2");
    Tensor x = layers.reshape({layers.size(0) * layers.size(1), count, width});
    for (const TextBlock& block : by_layer_)
        x = block(x);
    x = blend_(x.transpose(1, 2).contiguous()).squeeze(-1).unflatten(0, {layers.size(0), layers.size(1)});
    for (const TextBlock& block : refiner_)
        x = block(x);
    return text_out_(at::gelu(text_in_(text_norm_(x)), "tanh"));
}

Tensor Krea2::embedded_time(const Tensor& timestep) const {
    const Tensor waves = timestep_embedding(timestep * 1000.0, time_in_.in_features()).to(weights_.compute_dtype());
    return time_out_(at::gelu(time_in_(waves.unsqueeze(1)), "tanh"));  // [batch, 1, dim]
}

Tensor Krea2::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor pictures = as_pictures(input.x);
    const Tokens made = tokens_of(pictures, 0);
    std::vector<Tensor> values{made.values}, positions{made.positions};
    for (const Tensor& reference : input.reference_latents) {
        const Tokens tokens = tokens_of(as_pictures(reference), static_cast<int64_t>(values.size()));
        values.push_back(tokens.values);
        positions.push_back(tokens.positions);
    }
    const Tensor text_tokens = text(input.context.to(dtype));
    const int64_t text_count = text_tokens.size(1), own_count = made.values.size(1);
    positions.insert(positions.begin(), at::zeros({text_count, 3}, at::kFloat));
    Tensor x = at::cat({text_tokens, in_(at::cat(values, 1).to(dtype))}, 1);

    const Tensor time = embedded_time(input.timestep);
    const auto modulation = [&](const Tensor& t) { return time_modulation_(at::gelu(t, "tanh")); };
    Modulations modulations{.of_picture = modulation(time), .of_references = {}};
    if (input.find("references_without_noise").defined()) {
        modulations.of_references = modulation(embedded_time(at::zeros_like(input.timestep)));
        modulations.first_reference = text_count + own_count;
    }
    const Rope rope = rope_table(at::cat(positions), axes, theta);
    PatchPlace place{.input = input,
                     .block = {.kind = BlockKind::single_stream},
                     .heads = x.size(2) / head_size,
                     .image_tokens = PatchPlace::Range{text_count, x.size(1)}};
    for (const Block& block : blocks_) {
        x = block(x, modulations, rope, place);
        ++place.block.index;
    }

    const auto last = (time + final_modulation_.like(time)).chunk(2, 1);  // scale, shift
    const Tensor own = final_norm_(x.narrow(1, text_count, own_count));
    const Tensor out = final_(at::addcmul(last[1], own, last[0] + 1.0)).to(at::kFloat);
    const Tensor whole = from_patches(out, made.rows, made.columns, patch, PatchOrder::channels_first);
    const Tensor cut = whole.slice(2, 0, pictures.size(2)).slice(3, 0, pictures.size(3));
    if (input.x.dim() == 4) return cut.contiguous();
    return cut.unflatten(0, {input.x.size(0), input.x.size(2)}).transpose(1, 2).contiguous();
}

LoraKeys Krea2::lora_keys() const {
    using Rename = std::pair<std::string_view, std::string_view>;  // diffusers', ours
    constexpr std::array in_blocks{
        Rename{"attn.to_q", "attn.wq"},      Rename{"attn.to_k", "attn.wk"},     Rename{"attn.to_v", "attn.wv"},
        Rename{"attn.to_gate", "attn.gate"}, Rename{"attn.to_out.0", "attn.wo"}, Rename{"attn.to_out", "attn.wo"},
        Rename{"ff.gate", "mlp.gate"},       Rename{"ff.up", "mlp.up"},          Rename{"ff.down", "mlp.down"}};
    constexpr std::array stacks{Rename{"transformer_blocks.", "blocks."},
                                Rename{"text_fusion.layerwise_blocks.", "txtfusion.layerwise_blocks."},
                                Rename{"text_fusion.refiner_blocks.", "txtfusion.refiner_blocks."}};
    constexpr std::array others{Rename{"img_in", "first"},
                                Rename{"time_embed.linear_1", "tmlp.0"},
                                Rename{"time_embed.linear_2", "tmlp.2"},
                                Rename{"time_mod_proj", "tproj.1"},
                                Rename{"txt_in.linear_1", "txtmlp.1"},
                                Rename{"txt_in.linear_2", "txtmlp.3"},
                                Rename{"text_fusion.projector", "txtfusion.projector"},
                                Rename{"final_layer.linear", "last.linear"}};
    LoraKeys names = module_lora_keys(weights_);
    const auto add = [&](const std::string& theirs, const std::string& ours) {
        const std::string key = weights_.prefix() + ours + ".weight";
        add_transformer_names(names, theirs, key);
        names["diffusion_model." + theirs] = key;
    };
    for (const auto& [their_stack, our_stack] : stacks)
        for (int64_t i = 0; i < weights_.count(our_stack.substr(0, our_stack.size() - 1)); ++i)
            for (const auto& [theirs, ours] : in_blocks)
                add(std::string(their_stack) + std::to_string(i) + "." + std::string(theirs),
                    std::string(our_stack) + std::to_string(i) + "." + std::string(ours));
    for (const auto& [theirs, ours] : others)
        add(std::string(theirs), std::string(ours));
    return names;
}

std::size_t Krea2::activation_bytes(at::IntArrayRef latent) const {
    // A block holds its input, queries, keys and values for all heads, the gate, and two tensors of the feed forward
    // network, which is nearly three times as wide: about sixteen tensors as wide as the stream.
    const int64_t tokens = latent.back() * latent[latent.size() - 2] / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * in_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::krea2
