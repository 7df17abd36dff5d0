#include "inference/models/hidream/transformer.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/require_text.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>
#include <array>

namespace easel::inference::hidream {
namespace {

constexpr int64_t patch = 2, time_frequencies = 256;
constexpr std::array<int64_t, 3> rope_dims{64, 32, 32};  // of a head: nothing, rows, columns
constexpr double rope_theta = 10000.0;
constexpr std::string_view llama_input = "conditioning_llama3";

// Blocks hold their weights under `<i>.block`.
template <class Block>
std::vector<Block> blocks(const Weights& w) {
    std::vector<Block> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i / "block");
    return result;
}

// All projections of captions but the last, which is T5's.
std::vector<Linear> llama_projections(const Weights& w) {
    std::vector<Linear> result;
    for (int64_t i = 0; i + 1 < w.count(); ++i)
        result.emplace_back(w / i / "linear");
    return result;
}

// Positions of the picture's patches; text has none, and is not turned.
Rope rope_of(int64_t rows, int64_t columns, int64_t text_tokens, at::Device device) {
    const auto options = at::TensorOptions(at::kFloat).device(device);
    const Tensor row = at::arange(rows, options).unsqueeze(1).expand({rows, columns}).flatten();
    const Tensor column = at::arange(columns, options).unsqueeze(0).expand({rows, columns}).flatten();
    const Tensor picture = at::stack({at::zeros_like(row), row, column}, 1);
    return rope_table(at::cat({picture, at::zeros({text_tokens, 3}, options)}), rope_dims, rope_theta);
}

}  // namespace

Transformer::Transformer(const Weights& w)
    : weights_(w), time_(w / "t_embedder" / "timestep_embedder"), pooled_(w / "p_embedder" / "pooled_embedder"),
      picture_in_(w / "x_embedder" / "proj"), llama_in_(llama_projections(w / "caption_projection")),
      t5_in_(w / "caption_projection" / (w.count("caption_projection") - 1) / "linear"),
      double_blocks_(blocks<DoubleBlock>(w / "double_stream_blocks")),
      single_blocks_(blocks<SingleBlock>(w / "single_stream_blocks")),
      final_modulation_(w / "final_layer" / "adaLN_modulation" / 1), final_(w / "final_layer" / "linear") {
    if (llama_in_.size() != double_blocks_.size() + single_blocks_.size())
        throw ModelError(w.origin() + " has " + std::to_string(llama_in_.size()) +
                         " projections of captions, which is not one for each block");
}

void Transformer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    const auto llama = condition.extra.find(llama_input);
    if (!condition.pooled || llama == condition.extra.end())
        throw UserError("the conditioning was not made for HiDream: encode the prompt with a CLIP of type hidream");
    input.context = condition.cross;
    input.context_repeats = false;
    input.vector = *condition.pooled;
    input.extra.emplace(llama_input, llama->second);
    if (condition.concat_latent_image) input.concat = target.format->to_model(*condition.concat_latent_image);
}

Tensor Transformer::embedded(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor time = time_(timestep_embedding(input.timestep, time_frequencies).to(dtype));
    return at::silu(time + pooled_(input.vector.to(dtype)));
}

Tensor Transformer::llama_features(const Tensor& llama, std::size_t depth) const {
    const int64_t layer = std::min(static_cast<int64_t>(depth), llama.size(1) - 1);
    return llama_in_[depth](llama.select(1, layer));
}

Tensor Transformer::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t height = input.x.size(2), width = input.x.size(3);
    const Tensor x = input.concat.defined() ? at::cat({input.x, input.concat}, 3) : input.x;
    const Tensor padded = padded_to_patches(x.to(dtype), patch);
    const int64_t rows = padded.size(2) / patch, columns = padded.size(3) / patch;
    const Tensor llama = input.find(llama_input).to(dtype);
    const Tensor c = embedded(input);

    Tensor picture = picture_in_(to_patches(padded, patch, PatchOrder::channels_last));  // [batch, tokens, dim]
    // The text that goes from block to block; each block adds Llama's features of its own depth.
    Tensor text = at::cat({t5_in_(input.context.to(dtype)), llama_features(llama, llama_in_.size() - 1)}, 1);
    const int64_t picture_tokens = picture.size(1), text_tokens = text.size(1);
    const Rope rope = rope_of(rows, columns, text_tokens + llama.size(2), picture.device());
    std::size_t depth = 0;
    for (const DoubleBlock& block : double_blocks_) {
        text = at::cat({text, llama_features(llama, depth++)}, 1);
        block(picture, text, c, rope);
        text = text.narrow(1, 0, text_tokens);
    }
    Tensor both = at::cat({picture, text}, 1);
    for (const SingleBlock& block : single_blocks_)
        both = block(at::cat({both, llama_features(llama, depth++)}, 1), c, rope)
                   .narrow(1, 0, picture_tokens + text_tokens);

    const std::vector<Tensor> modulation = final_modulation_(c).unsqueeze(1).chunk(2, 2);  // shift, scale
    picture = plain_layer_norm(both.narrow(1, 0, picture_tokens));
    const Tensor output = final_(modulate(picture, modulation[1], modulation[0]));
    const Tensor whole = from_patches(output, rows, columns, patch, PatchOrder::channels_last);
    return -whole.narrow(2, 0, height).narrow(3, 0, width).to(at::kFloat);
}

std::size_t Transformer::activation_bytes(at::IntArrayRef latent) const {
    // About thirty tensors of one token each live at once: both sequences, queries, keys and values before and after
    // they are turned, and the insides of two experts, which are 8/3 times as wide.
    constexpr int64_t prompt_tokens = 384;
    const int64_t tokens = latent[0] * (latent[2] * latent[3] / (patch * patch) + prompt_tokens);
    return static_cast<std::size_t>(tokens * final_.in_features() * 30) * c10::elementSize(weights_.compute_dtype());
}

LoraKeys Transformer::lora_keys() const {
    LoraKeys names = module_lora_keys(weights_);
    constexpr std::string_view generic = "diffusion_model.", kohya = "lora_unet_";
    LoraKeys more;
    for (const auto& [name, key] : names) {
        if (name.starts_with(generic)) more["transformer." + name.substr(generic.size())] = key;
        if (name.starts_with(kohya)) more["lycoris_" + name.substr(kohya.size())] = key;
    }
    names.merge(more);
    return names;
}

}  // namespace easel::inference::hidream
