#include "inference/models/aura_flow/transformer.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/models/aura_flow/diffusers.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::aura_flow {
namespace {

constexpr int64_t patch = 2, time_frequencies = 256;

// `time` [batch], 1 at pure noise, as cosines and sines at frequencies from 1000 down to 1/10.
Tensor time_embedding(const Tensor& time) {
    constexpr int64_t half = time_frequencies / 2;
    const Tensor index = at::arange(half, time.options());
    const Tensor frequency = 1000 * at::exp(-std::log(10000.0) * index / static_cast<double>(half));
    const Tensor angle = time.unsqueeze(1) * frequency;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

}  // namespace

Transformer::Transformer(const Weights& w)
    : weights_(w), positions_(w["positional_encoding"]), registers_(w["register_tokens"]),
      time_in_(w / "t_embedder" / "mlp" / 0), time_out_(w / "t_embedder" / "mlp" / 2), text_in_(w / "cond_seq_linear"),
      picture_in_(w / "init_x_linear"), double_blocks_(blocks_of<DoubleBlock>(w / "double_layers")),
      single_blocks_(blocks_of<SingleBlock>(w / "single_layers")), final_modulation_(w / "modF" / 1),
      final_(w / "final_linear") {}

void Transformer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
}

Tensor Transformer::positions(int64_t rows, int64_t columns, at::ScalarType dtype) const {
    const int64_t dim = positions_.size(2);
    auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(positions_.size(1)))));
    Tensor table = positions_.as(dtype, weights_.device()).view({1, side, side, dim});
    if (const int64_t longest = std::max(rows, columns); longest > side) {
        const Tensor planes = at::upsample_bilinear2d(table.movedim(3, 1), {longest, longest}, /*align_corners=*/false);
        table = planes.movedim(1, 3);
        side = longest;
    }
    return table.narrow(1, (side - rows) / 2, rows).narrow(2, (side - columns) / 2, columns).reshape({1, -1, dim});
}

Tensor Transformer::embedded(const Tensor& timestep) const {
    return at::silu(time_out_(at::silu(time_in_(time_embedding(timestep).to(weights_.compute_dtype())))));
}

Tensor Transformer::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t batch = input.x.size(0), height = input.x.size(2), width = input.x.size(3);
    const Tensor padded = padded_to_patches(input.x.to(dtype), patch);
    const int64_t rows = padded.size(2) / patch, columns = padded.size(3) / patch;

    const Tensor patches = picture_in_(to_patches(padded, patch, PatchOrder::channels_first));  // [batch, tokens, dim]
    const Tensor text = text_in_(input.context.to(dtype));
    Streams streams{.image = patches + positions(rows, columns, dtype),
                    .text = at::cat({registers_.like(text).expand({batch, -1, -1}), text}, 1)};
    const Tensor c = embedded(input.timestep);
    for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
        const Block place{BlockKind::double_stream, static_cast<int64_t>(i)};
        run_block(input, place, streams, [&](Streams& tokens) { double_blocks_[i](tokens.text, tokens.image, c); });
    }
    const int64_t text_tokens = streams.text.size(1), picture_tokens = streams.image.size(1);
    streams = {.image = at::cat({streams.text, streams.image}, 1)};
    for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
        const Block place{BlockKind::single_stream, static_cast<int64_t>(i)};
        run_block(input, place, streams, [&](Streams& tokens) { tokens.image = single_blocks_[i](tokens.image, c); });
    }

    const std::vector<Tensor> modulation = final_modulation_(c).unsqueeze(1).chunk(2, 2);  // shift, scale
    const Tensor picture = streams.image.narrow(1, text_tokens, picture_tokens);
    const Tensor output = final_(modulate(picture, modulation[1], modulation[0]));
    const Tensor whole = from_patches(output, rows, columns, patch, PatchOrder::channels_last);
    return whole.narrow(2, 0, height).narrow(3, 0, width).to(at::kFloat).contiguous();
}

std::size_t Transformer::activation_bytes(at::IntArrayRef latent) const {
    // About twenty five tensors of one token each live at once: the sequence, its queries, keys and values, and the two
    // insides of the feed forward, which are 8/3 times as wide.
    constexpr int64_t prompt_tokens = 264;
    const int64_t tokens = latent[0] * (latent[2] * latent[3] / (patch * patch) + prompt_tokens);
    return static_cast<std::size_t>(tokens * final_.in_features() * 25) * c10::elementSize(weights_.compute_dtype());
}

LoraKeys Transformer::lora_keys() const { return lora_names(weights_); }

}  // namespace easel::inference::aura_flow
