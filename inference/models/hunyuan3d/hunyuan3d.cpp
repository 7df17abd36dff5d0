#include "inference/models/hunyuan3d/hunyuan3d.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/hunyuan3d/inputs.hpp"

namespace easel::inference::hunyuan3d {
namespace {

constexpr double default_guidance = 5.0;

// The longest period is what elsewhere is the factor of time; the networks were trained so.
Tensor embedded(const flux::Embedder& embedder, const Tensor& number, at::ScalarType dtype) {
    constexpr double factor = 1000.0, longest_period = 1000.0;
    return embedder(timestep_embedding(number * factor, embedder.in_layer.in_features(), longest_period).to(dtype));
}

}  // namespace

Hunyuan3d::Hunyuan3d(const Weights& w)
    : weights_(w), latent_in_(w / "latent_in"), cond_in_(w / "cond_in"), time_in_(w / "time_in"),
      double_blocks_(flux::double_blocks(w)), single_blocks_(flux::single_blocks(w, /*gates_right=*/false)),
      final_modulation_(w / "final_layer" / "adaLN_modulation" / 1), final_(w / "final_layer" / "linear") {
    if (w.has_part("guidance_in")) guidance_in_.emplace(w / "guidance_in");
}

void Hunyuan3d::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    set_picture_inputs(input, condition);
    if (!condition.without_guidance)
        input.guidance = at::full({1}, condition.guidance.value_or(default_guidance), at::kFloat);
}

Tensor Hunyuan3d::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor time = embedded(time_in_, 1.0 - input.timestep, dtype);  // the network counts from noise to shape
    if (guidance_in_ && input.guidance.defined()) time = time + embedded(*guidance_in_, input.guidance, dtype);
    const Tensor steer = at::silu(time).unsqueeze(1);  // [batch, 1, dim]

    Streams streams{.image = latent_in_(input.x.transpose(1, 2).to(dtype)), .text = cond_in_(input.context.to(dtype))};
    const int64_t pictures = streams.text.size(1), tokens = streams.image.size(1);
    const Rope placeless;
    const auto in_block = [&](BlockKind kind, std::size_t index) {
        return flux::Surroundings{.input = input,
                                  .block = {.kind = kind, .index = static_cast<int64_t>(index)},
                                  .text_tokens = pictures,
                                  .rope = placeless,
                                  .mask = input.attention_mask};
    };
    for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
        const flux::DoubleBlock& block = double_blocks_[i];
        const flux::Surroundings around = in_block(BlockKind::double_stream, i);
        run_block(input, around.block, streams, [&](Streams& both) {
            block(both, flux::double_modulation_from((*block.img.modulation)(steer)),
                  flux::double_modulation_from((*block.txt.modulation)(steer)), around);
        });
    }

    Streams all{.image = at::cat({streams.text, streams.image}, 1), .text = {}};
    for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
        const flux::SingleBlock& block = single_blocks_[i];
        const flux::Surroundings around = in_block(BlockKind::single_stream, i);
        run_block(input, around.block, all, [&](Streams& sequence) {
            block(sequence.image, flux::modulation_from((*block.modulation)(steer)), around);
        });
    }

    const auto last = final_modulation_(steer).chunk(2, -1);  // shift, scale
    const Tensor shape = all.image.narrow(1, pictures, tokens);
    return -final_(modulate(plain_layer_norm(shape), last[1], last[0])).to(at::kFloat).transpose(1, 2).contiguous();
}

std::size_t Hunyuan3d::activation_bytes(at::IntArrayRef latent) const {
    // As in Flux, about twenty tensors as wide as the stream; a picture has 1370 tokens, up to four may be told.
    constexpr int64_t picture_tokens = 4 * 1370, tensors = 20;
    return static_cast<std::size_t>(latent[0] * (latent[2] + picture_tokens) * latent_in_.out_features() * tensors) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::hunyuan3d
