#include "inference/models/cosmos/predict2.hpp"

#include "inference/image/resize.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/require_text.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>

namespace easel::inference::cosmos {
namespace {

constexpr int64_t patch = 2;  // cells of the latent to a side; one frame deep
// Places along `count` cells at `dims` / 2 frequencies, stretched for pictures larger than those of the base model.
Tensor angles(int64_t count, int64_t dims, double stretch) {
    const double theta = 10000.0 * std::pow(stretch, static_cast<double>(dims) / static_cast<double>(dims - 2));
    const Tensor exponent = at::arange(0, dims, 2, at::kFloat) / static_cast<double>(dims);
    return at::outer(at::arange(count, at::kFloat), at::pow(at::Scalar(theta), exponent).reciprocal());
}

// By how much positions are stretched follows from the sizes that a model was made for. (detect_unet_config)
PositionStretch stretch_of(int64_t width, int64_t channels) {
    constexpr int64_t of_pictures = 17, small = 2048, large = 5120;  // with the channel of the padding
    if (channels == of_pictures) return {.side = 4.0, .time = 1.0};
    if (width == small) return {.side = 3.0, .time = 1.0};
    if (width == large) return {.side = 2.0, .time = 5.0 / 6.0};
    return {.side = 1.0, .time = 1.0};
}

// (VideoRopePosition3DEmb)
Rope rope_of(int64_t frames, int64_t rows, int64_t columns, const PositionStretch& stretch) {
    constexpr int64_t of_side = head_size / 6 * 2, of_time = head_size - 2 * of_side;
    const auto spread = [&](const Tensor& angle, int64_t dimension) {
        std::vector<int64_t> shape{1, 1, 1, angle.size(1)};
        shape[static_cast<std::size_t>(dimension)] = angle.size(0);
        return angle.reshape(shape).expand({frames, rows, columns, angle.size(1)});
    };
    const Tensor angle =
        at::cat({spread(angles(frames, of_time, stretch.time), 0), spread(angles(rows, of_side, stretch.side), 1),
                 spread(angles(columns, of_side, stretch.side), 2)},
                3)
            .flatten(0, 2);
    return {.cos = angle.cos(), .sin = angle.sin()};
}

}  // namespace

Predict2::Predict2(const Weights& w)
    : weights_(w), in_(w / "x_embedder" / "proj" / 1), time_in_(w / "t_embedder" / 1 / "linear_1"),
      time_out_(w / "t_embedder" / 1 / "linear_2"), time_norm_(w / "t_embedding_norm", eps),
      blocks_(blocks_of<Block>(w / "blocks")), final_modulation_(w / "final_layer" / "adaln_modulation"),
      final_(w / "final_layer" / "linear") {
    stretch_ = stretch_of(in_.out_features(), in_.in_features() / (patch * patch));
    if (w.has_part("llm_adapter")) adapter_.emplace(w / "llm_adapter");
}

void Predict2::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (!adapter_) set_given_frames(input, condition, target);
    const auto ids = condition.extra.find("t5xxl_ids");
    if (!adapter_ || !condition.cross.defined() || ids == condition.extra.end()) return;
    const auto weights = condition.extra.find("t5xxl_weights");
    const auto row = [](const Tensor& values) { return values.reshape({1, -1}); };
    input.context =
        (*adapter_)(condition.cross.to(weights_.device(), weights_.compute_dtype()), row(ids->second).to(at::kLong),
                    weights == condition.extra.end() ? Tensor() : row(weights->second));
}

// The time of a frame counts as much as there is to change in it. Networks for videos read beside the noise which
// frames are given. (CosmosPredict2.extra_conds, process_timestep)
void Predict2::set_given_frames(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    const int64_t beside = in_.in_features() / (patch * patch) - target.format->channels - 1;  // without the padding's
    const std::optional<Tensor>& mask = condition.concat_mask ? condition.concat_mask : target.noise_mask;
    if (mask && mask->dim() == 5) input.extra["frame_noise"] = mask->to(at::kFloat).mean({1, 3, 4});
    if (beside == 0) return;
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = 1;
    if (!mask) {
        input.concat = at::zeros(shape, at::kFloat);
        return;
    }
    Tensor given = mask->dim() == 5 ? mask->narrow(1, 0, 1) : mask->reshape({-1, 1, 1, mask->size(-2), mask->size(-1)});
    if (given.sizes().slice(3) != target.shape.slice(3))
        given = resize(given, shape[4], shape[3], "bilinear", Crop::center);
    shape[0] = -1;
    input.concat = 1.0 - spread_to_batch(given.round(), target.shape[0]).expand(shape);
}

Time Predict2::embedded_time(const Tensor& timestep) const {
    const Tensor waves = timestep_embedding(timestep.flatten(), in_.out_features())
                             .to(weights_.compute_dtype())
                             .unflatten(0, timestep.sizes());  // [batch, frames or 1, dim]
    return {.embedding = time_norm_(waves), .shared = time_out_(at::silu(time_in_(waves)))};
}

Tensor Predict2::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t batch = input.x.size(0), frames = input.x.size(2);
    const Tensor seen = input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x;
    const Tensor pictures = padded_to_patches(video_to_frames(seen), patch);
    const int64_t rows = pictures.size(2) / patch, columns = pictures.size(3) / patch;
    // A channel says which cells are padding: none.
    const Tensor with_padding = at::constant_pad_nd(pictures, {0, 0, 0, 0, 0, 1});
    Tensor x = to_patches(with_padding, patch, PatchOrder::channels_first).unflatten(0, {batch, frames}).flatten(1, 2);
    x = in_(x.to(dtype));

    Tensor times = input.timestep.unsqueeze(1);
    if (const Tensor noise = input.find("frame_noise"); noise.defined()) times = times * noise;
    const Time time = embedded_time(times);
    const Rope rope =
        ropes_.of({frames, rows, columns}, input.x.device(), [&] { return rope_of(frames, rows, columns, stretch_); });
    const Tensor context = input.context.to(dtype);
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        x = blocks_[i](x, time, context, rope,
                       {.input = input, .block = {BlockKind::double_stream, static_cast<int64_t>(i)}});

    const auto last = spread_to_tokens(final_modulation_(time), x.size(1)).chunk(2, -1);  // shift, scale
    const Tensor out = final_(modulate(plain_layer_norm(x, eps), last[1], last[0])).to(at::kFloat);
    const Tensor cells = from_patches(out.unflatten(1, {frames, rows * columns}).flatten(0, 1), rows, columns, patch,
                                      PatchOrder::channels_last);
    return frames_to_video(cells, frames).narrow(3, 0, input.x.size(3)).narrow(4, 0, input.x.size(4)).contiguous();
}

std::size_t Predict2::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections and a feed forward network of four times the width: about twelve tensors.
    const int64_t tokens = latent[2] * latent[3] * latent[4] / (patch * patch);
    return static_cast<std::size_t>(latent[0] * tokens * in_.out_features() * 12) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::cosmos
