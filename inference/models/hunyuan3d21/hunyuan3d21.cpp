#include "inference/models/hunyuan3d21/hunyuan3d21.hpp"

#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/hunyuan3d/inputs.hpp"
#include "inference/models/network_patches.hpp"

namespace easel::inference::hunyuan3d21 {
namespace {

// Sines first.
Tensor time_waves(const Tensor& time, int64_t dim) { return at::roll(timestep_embedding(time, dim), dim / 2, 1); }

}  // namespace

Hunyuan3d21::Hunyuan3d21(const Weights& w)
    : weights_(w), in_(w / "x_embedder"), time_in_(w / "t_embedder" / "mlp" / 0),
      time_out_(w / "t_embedder" / "mlp" / 2), final_norm_(w / "final_layer" / "norm_final", norm_eps),
      final_(w / "final_layer" / "linear") {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks_.emplace_back(w / "blocks" / i);
}

void Hunyuan3d21::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    hunyuan3d::set_picture_inputs(input, condition);
}

Tensor Hunyuan3d21::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    // ComfyUI exchanges the halves of a batch's contexts and of its results. With both sides of guidance in it this
    // changes nothing; several shapes without guidance take each other's places.
    const int64_t batch = input.x.size(0), half = batch > 1 ? (batch + 1) / 2 : 0;
    const Tensor context = at::roll(input.context, -half, 0).to(dtype);

    const Tensor waves = time_waves(1.0 - input.timestep, time_in_.in_features()).to(dtype);
    const Tensor time = time_out_(at::gelu(time_in_(waves))).unsqueeze(1);  // the first token
    Tensor x = at::cat({time, in_(input.x.transpose(1, 2).to(dtype))}, 1);  // [batch, 1 + tokens, dim]

    const std::size_t middle = blocks_.size() / 2;
    std::vector<Tensor> kept;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        Tensor earlier;
        if (i > middle) {
            earlier = kept.back();
            kept.pop_back();
        }
        Streams streams{.image = x, .text = context};
        run_block(input, {.kind = BlockKind::single_stream, .index = static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { both.image = blocks_[i](both.image, both.text, earlier); });
        x = streams.image;
        if (i < middle) kept.push_back(x);
    }
    const Tensor shape = final_(final_norm_(x).slice(1, 1)).to(at::kFloat);
    return -at::roll(shape, -half, 0).transpose(1, 2).contiguous();
}

std::size_t Hunyuan3d21::activation_bytes(at::IntArrayRef latent) const {
    // A block holds its input, what it normalises, queries, keys and values twice and the feed forward's four widths;
    // half of the blocks' results wait for the other half.
    const auto waiting = static_cast<int64_t>(blocks_.size() / 2);
    return static_cast<std::size_t>(latent[0] * (latent[2] + 1) * in_.out_features() * (16 + waiting)) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::hunyuan3d21
