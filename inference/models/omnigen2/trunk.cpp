#include "inference/models/omnigen2/trunk.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::omnigen2 {
namespace {

constexpr int64_t patch = 2;
constexpr double theta = 10000.0;
const std::vector<int64_t> axes{40, 40, 40};  // of a head: place in the sequence, row, column

// Cosines first; the scale comes last, as in training.
Tensor frequencies(const Tensor& time, int64_t dim, double scale) {
    const int64_t half = dim / 2;
    const Tensor exponent = at::arange(half, time.options()) * (-std::log(10000.0)) / static_cast<double>(half);
    const Tensor angle = time.unsqueeze(1) * exponent.exp() * scale;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

Tensor text_positions(int64_t tokens) { return at::arange(tokens, at::kFloat).unsqueeze(1).expand({tokens, 3}); }

Tensor picture_positions(int64_t plane, int64_t rows, int64_t columns) {
    Tensor positions = at::zeros({rows, columns, 3}, at::kFloat);
    positions.select(2, 0).fill_(plane);
    positions.select(2, 1).copy_(at::arange(rows, at::kFloat).unsqueeze(1).expand({rows, columns}));
    positions.select(2, 2).copy_(at::arange(columns, at::kFloat).expand({rows, columns}));
    return positions.flatten(0, 1);
}

}  // namespace

Trunk::Trunk(const Weights& w, double time_scale)
    : weights_(w), time_scale_(time_scale), picture_in_(w / "x_embedder"),
      reference_in_(w / "ref_image_patch_embedder"),
      time_in_(w / "time_caption_embed" / "timestep_embedder" / "linear_1"),
      time_out_(w / "time_caption_embed" / "timestep_embedder" / "linear_2"),
      text_norm_(w / "time_caption_embed" / "caption_embedder" / 0, eps),
      text_in_(w / "time_caption_embed" / "caption_embedder" / 1),
      picture_refiner_(blocks_of<Block>(w / "noise_refiner")),
      reference_refiner_(blocks_of<Block>(w / "ref_image_refiner")),
      text_refiner_(blocks_of<Block>(w / "context_refiner")), reference_marks_(w["image_index_embedding"]),
      final_modulation_(w / "norm_out" / "linear_1"), final_(w / "norm_out" / "linear_2") {}

Tensor Trunk::time(const Tensor& timestep) const {
    const Tensor waves = frequencies(1.0 - timestep, time_in_.in_features(), time_scale_);
    return time_out_(at::silu(time_in_(waves.to(weights_.compute_dtype()))));
}

Trunk::Begun Trunk::begin(const NetworkInput& input) const {
    require_text(input);
    if (std::ssize(input.reference_latents) > reference_marks_.size(0))
        throw UserError("this diffusion model looks at " + std::to_string(reference_marks_.size(0)) +
                        " reference pictures at most, there are " + std::to_string(input.reference_latents.size()));
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = padded_to_patches(input.x, patch);
    Begun begun{.time = time(input.timestep),
                .text = text_in_(text_norm_(input.context.to(dtype))),
                .pictures = {},
                .rope = {},
                .extent = {.text_tokens = input.context.size(1),
                           .own_tokens = 0,
                           .rows = latent.size(2) / patch,
                           .columns = latent.size(3) / patch}};

    // Each picture begins where the longer side of the one before ends.
    std::vector<Tensor> positions{text_positions(begun.extent.text_tokens)};
    std::vector<Tensor> references;
    int64_t plane = begun.extent.text_tokens;
    for (std::size_t i = 0; i < input.reference_latents.size(); ++i) {
        const Tensor whole = padded_to_patches(input.reference_latents[i], patch);
        const int64_t rows = whole.size(2) / patch, columns = whole.size(3) / patch;
        const Tensor tokens = reference_in_(to_patches(whole, patch, PatchOrder::channels_last).to(dtype));
        references.push_back(tokens + reference_marks_.like(tokens)[static_cast<int64_t>(i)]);
        positions.push_back(picture_positions(plane, rows, columns));
        plane += std::max(rows, columns);
    }
    positions.push_back(picture_positions(plane, begun.extent.rows, begun.extent.columns));
    begun.rope = rope_table(at::cat(positions), axes, theta);

    begun.pictures = picture_in_(to_patches(latent, patch, PatchOrder::channels_last).to(dtype));
    begun.extent.own_tokens = begun.pictures.size(1);
    const int64_t reference_tokens = begun.rope.cos.size(0) - begun.extent.text_tokens - begun.extent.own_tokens;
    const Rope of_text = begun.rope.tokens(0, begun.extent.text_tokens);
    const Rope of_references = begun.rope.tokens(begun.extent.text_tokens, reference_tokens);
    const Rope of_picture = begun.rope.tokens(begun.extent.text_tokens + reference_tokens, begun.extent.own_tokens);
    for (const Block& block : text_refiner_)
        begun.text = block(begun.text, of_text, {});
    for (const Block& block : picture_refiner_)
        begun.pictures = block(begun.pictures, of_picture, begun.time);
    if (references.empty()) return begun;
    Tensor seen = at::cat(references, 1);
    for (const Block& block : reference_refiner_)
        seen = block(seen, of_references, begun.time);
    begun.pictures = at::cat({seen, begun.pictures}, 1);
    return begun;
}

Tensor Trunk::finish(const Tensor& x, const Begun& begun, const NetworkInput& input) const {
    const Extent& extent = begun.extent;
    const Tensor own = x.narrow(1, x.size(1) - extent.own_tokens, extent.own_tokens);
    const Tensor scale = final_modulation_(at::silu(begun.time)).unsqueeze(1);
    const Tensor out = final_(plain_layer_norm(own) * (scale + 1.0)).to(at::kFloat);
    const Tensor whole = from_patches(out, extent.rows, extent.columns, patch, PatchOrder::channels_last);
    return -whole.slice(2, 0, input.x.size(2)).slice(3, 0, input.x.size(3));
}

void set_trunk_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) {
    input.context = condition.cross;
    input.context_repeats = false;
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(target.format->to_model(reference));
}

LoraKeys trunk_lora_keys(const Weights& network) {
    constexpr std::string_view ending = ".weight";
    LoraKeys names = module_lora_keys(network);
    for (const std::string& key : network.keys())
        if (key.ends_with(ending)) names[key.substr(0, key.size() - ending.size())] = network.prefix() + key;
    return names;
}

std::size_t trunk_activation_bytes(at::IntArrayRef latent, int64_t dim, at::ScalarType dtype) {
    // Queries, keys and values, the feed forward network's four times as wide tensors, and the stream: about sixteen.
    const int64_t tokens = latent[2] * latent[3] / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * dim * 16) * c10::elementSize(dtype);
}

}  // namespace easel::inference::omnigen2
