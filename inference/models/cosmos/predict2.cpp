#include "inference/models/cosmos/predict2.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"

#include <cmath>

namespace easel::inference::cosmos {
namespace {

constexpr int64_t patch = 2;  // cells of the latent to a side; one frame deep
std::vector<Block> blocks(const Weights& w) {
    std::vector<Block> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i);
    return result;
}

// Places along `count` cells at `dims` / 2 frequencies, stretched for pictures larger than those of the base model.
Tensor angles(int64_t count, int64_t dims, double stretch) {
    const double theta = 10000.0 * std::pow(stretch, static_cast<double>(dims) / static_cast<double>(dims - 2));
    const Tensor exponent = at::arange(0, dims, 2, at::kFloat) / static_cast<double>(dims);
    return at::outer(at::arange(count, at::kFloat), at::pow(at::Scalar(theta), exponent).reciprocal());
}

// (VideoRopePosition3DEmb)
Rope rope_of(int64_t frames, int64_t rows, int64_t columns) {
    constexpr int64_t of_side = head_size / 6 * 2, of_time = head_size - 2 * of_side;
    constexpr double side_stretch = 4.0;
    const auto spread = [&](const Tensor& angle, int64_t dimension) {
        std::vector<int64_t> shape{1, 1, 1, angle.size(1)};
        shape[static_cast<std::size_t>(dimension)] = angle.size(0);
        return angle.reshape(shape).expand({frames, rows, columns, angle.size(1)});
    };
    const Tensor angle =
        at::cat({spread(angles(frames, of_time, 1.0), 0), spread(angles(rows, of_side, side_stretch), 1),
                 spread(angles(columns, of_side, side_stretch), 2)},
                3)
            .flatten(0, 2);
    return {.cos = angle.cos(), .sin = angle.sin()};
}

}  // namespace

Predict2::Predict2(const Weights& w)
    : weights_(w), in_(w / "x_embedder" / "proj" / 1), time_in_(w / "t_embedder" / 1 / "linear_1"),
      time_out_(w / "t_embedder" / 1 / "linear_2"), time_norm_(w / "t_embedding_norm", eps),
      blocks_(blocks(w / "blocks")), final_modulation_(w / "final_layer" / "adaln_modulation"),
      final_(w / "final_layer" / "linear") {
    if (w.has_part("llm_adapter")) adapter_.emplace(w / "llm_adapter");
}

void Predict2::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    const auto ids = condition.extra.find("t5xxl_ids");
    if (!adapter_ || !condition.cross.defined() || ids == condition.extra.end()) return;
    const auto weights = condition.extra.find("t5xxl_weights");
    const auto row = [](const Tensor& values) { return values.reshape({1, -1}); };
    input.context =
        (*adapter_)(condition.cross.to(weights_.device(), weights_.compute_dtype()), row(ids->second).to(at::kLong),
                    weights == condition.extra.end() ? Tensor() : row(weights->second));
}

Time Predict2::embedded_time(const Tensor& timestep) const {
    const Tensor waves =
        timestep_embedding(timestep, in_.out_features()).to(weights_.compute_dtype()).unsqueeze(1);  // [batch, 1, dim]
    return {.embedding = time_norm_(waves), .shared = time_out_(at::silu(time_in_(waves)))};
}

Tensor Predict2::predict(const NetworkInput& input) const {
    if (!input.context.defined()) throw UserError("the conditioning holds no text, which this diffusion model needs");
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t batch = input.x.size(0), frames = input.x.size(2);
    const Tensor pictures = padded_to_patches(input.x.transpose(1, 2).flatten(0, 1), patch);
    const int64_t rows = pictures.size(2) / patch, columns = pictures.size(3) / patch;
    // A channel says which cells are padding: none.
    const Tensor with_padding = at::constant_pad_nd(pictures, {0, 0, 0, 0, 0, 1});
    Tensor x = to_patches(with_padding, patch, PatchOrder::channels_first).unflatten(0, {batch, frames}).flatten(1, 2);
    x = in_(x.to(dtype));

    const Time time = embedded_time(input.timestep);
    const Rope rope =
        ropes_.of({frames, rows, columns}, input.x.device(), [&] { return rope_of(frames, rows, columns); });
    const Tensor context = input.context.to(dtype);
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        x = blocks_[i](x, time, context, rope,
                       {.input = input, .block = {BlockKind::double_stream, static_cast<int64_t>(i)}});

    const auto last = final_modulation_(time).chunk(2, -1);  // shift, scale
    const Tensor out = final_(modulate(plain_layer_norm(x, eps), last[1], last[0])).to(at::kFloat);
    return from_patches(out.unflatten(1, {frames, rows * columns}).flatten(0, 1), rows, columns, patch,
                        PatchOrder::channels_last)
        .unflatten(0, {batch, frames})
        .transpose(1, 2)
        .narrow(3, 0, input.x.size(3))
        .narrow(4, 0, input.x.size(4))
        .contiguous();
}

std::size_t Predict2::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections and a feed forward network of four times the width: about twelve tensors.
    const int64_t tokens = latent[2] * latent[3] * latent[4] / (patch * patch);
    return static_cast<std::size_t>(latent[0] * tokens * in_.out_features() * 12) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::cosmos
