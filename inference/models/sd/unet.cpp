#include "inference/models/sd/unet.hpp"

#include "base/error.hpp"

#include <cmath>

namespace easel::inference::sd {
namespace {

std::vector<Stage> stages(const Weights& w) {
    std::vector<Stage> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i);
    return result;
}

}  // namespace

Tensor timestep_embedding(const Tensor& timestep, int64_t dim) {
    const int64_t half = dim / 2;
    const Tensor index = at::arange(half, timestep.options().dtype(at::kFloat));
    const Tensor frequency = at::exp(-std::log(10000.0) * index / static_cast<double>(half));
    const Tensor angle = timestep.to(at::kFloat).unsqueeze(1) * frequency;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

UNet::UNet(const Weights& w)
    : weights_(w), in_channels_(w["input_blocks.0.0.weight"].size(1)),
      model_channels_(w["input_blocks.0.0.weight"].size(0)), time_in_(w / "time_embed" / 0),
      time_out_(w / "time_embed" / 2), input_(stages(w / "input_blocks")), output_(stages(w / "output_blocks")),
      middle_first_(w / "middle_block" / 0), middle_last_(w / "middle_block" / 2),
      middle_transformer_(w / "middle_block" / 1), out_norm_(w / "out" / 0), out_conv_(w / "out" / 2) {}

Tensor UNet::predict(const NetworkInput& input) const {
    if (!input.context.defined()) throw UserError("the conditioning holds no text, which this diffusion model needs");
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor context = input.context.to(dtype);
    const Tensor frequencies = timestep_embedding(input.timestep, model_channels_).to(dtype);
    const Tensor time = at::silu(time_out_(at::silu(time_in_(frequencies))));  // [batch, 4 * model_channels]

    Tensor h = input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x;
    h = h.to(dtype).contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<Tensor> skips;
    for (const Stage& stage : input_) {
        h = stage(h, time, context, {});
        skips.push_back(h);
    }
    h = middle_last_(middle_transformer_(middle_first_(h, time), context), time);
    for (const Stage& stage : output_) {
        h = at::cat({h, skips.back()}, 1);
        skips.pop_back();
        h = stage(h, time, context, skips.empty() ? h.sizes().slice(2) : skips.back().sizes().slice(2));
    }
    return out_conv_(at::silu(out_norm_(h))).to(at::kFloat).contiguous();
}

std::size_t UNet::activation_bytes(at::IntArrayRef latent) const {
    // The skip connections and, at the first level, a residual block over the widest concatenation and the gated feed
    // forward, which has eight times the width: about forty tensors of the first level's size live at once.
    const auto cells = static_cast<std::size_t>(latent[0] * latent[2] * latent[3]);
    return cells * static_cast<std::size_t>(model_channels_) * 40 * c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::sd
