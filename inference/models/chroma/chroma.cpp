#include "inference/models/chroma/chroma.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/flux/diffusers.hpp"
#include "inference/models/flux/flux.hpp"
#include "inference/models/require_text.hpp"

namespace easel::inference::chroma {
namespace {

constexpr int64_t cells_per_side = 2;
constexpr int64_t modulation_rows = 344;  // of the trained depth; fewer blocks leave some unused
constexpr double time_factor = 1000.0;

flux::Modulation modulation_at(const Tensor& rows, int64_t first) {
    return {
        .shift = rows.narrow(1, first, 1), .scale = rows.narrow(1, first + 1, 1), .gate = rows.narrow(1, first + 2, 1)};
}

flux::DoubleModulation double_modulation_at(const Tensor& rows, int64_t first) {
    return {.attention = modulation_at(rows, first), .mlp = modulation_at(rows, first + 3)};
}

}  // namespace

Approximator::Approximator(const Weights& w) : in_proj_(w / "in_proj"), out_proj_(w / "out_proj") {
    for (int64_t i = 0; i < w.count("layers"); ++i) {
        layers_.emplace_back(w / "layers" / i);
        norms_.emplace_back(w / "norms" / i);
    }
}

Tensor Approximator::operator()(const Tensor& timestep, const Tensor& guidance, at::ScalarType dtype) const {
    const int64_t width = in_proj_.in_features(), batch = timestep.size(0);
    const auto embedded = [](const Tensor& values, int64_t dim) {
        return timestep_embedding(values * time_factor, dim);
    };
    const Tensor index = at::arange(modulation_rows, timestep.options().dtype(at::kFloat));
    const Tensor steering = at::cat({embedded(timestep, width / 4), embedded(guidance, width / 4)}, 1);
    Tensor x = at::cat({steering.unsqueeze(1).expand({batch, modulation_rows, -1}),
                        embedded(index, width / 2).unsqueeze(0).expand({batch, -1, -1})},
                       2)
                   .to(dtype);
    x = in_proj_(x);
    for (std::size_t i = 0; i < layers_.size(); ++i)
        x = x + layers_[i](norms_[i](x));
    return out_proj_(x);
}

Backbone::Backbone(const Weights& w, flux::Axes axes)
    : ropes_(std::move(axes)), txt_in_(w / "txt_in"), approximator_(w / "distilled_guidance_layer"),
      double_blocks_(flux::double_blocks(w)), single_blocks_(flux::single_blocks(w, /*gates_right=*/false)) {}

Backbone::Output Backbone::operator()(Tensor image, const NetworkInput& input, const flux::Layout& layout) const {
    const at::ScalarType dtype = image.scalar_type();
    const Tensor guidance = input.guidance.defined() ? input.guidance : at::zeros_like(input.timestep);
    const Tensor rows =
        approximator_(input.timestep, guidance, dtype);  // single blocks, double blocks' two streams, last
    const Rope rope = ropes_.of(layout, image.device());
    const auto doubles = static_cast<int64_t>(double_blocks_.size()),
               singles = static_cast<int64_t>(single_blocks_.size());

    const int64_t text_tokens = input.context.size(1);
    const auto in_block = [&](BlockKind kind, std::size_t index) {
        return flux::Surroundings{.input = input,
                                  .block = {.kind = kind, .index = static_cast<int64_t>(index)},
                                  .text_tokens = text_tokens,
                                  .rope = rope,
                                  .mask = input.attention_mask};
    };
    Streams streams{.image = std::move(image), .text = txt_in_(input.context.to(dtype))};
    int64_t row = 3 * singles;
    const ControlResiduals& control = residuals_of(input);
    for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
        const flux::Surroundings around = in_block(BlockKind::double_stream, i);
        run_block(input, around.block, streams, [&](Streams& both) {
            double_blocks_[i](both, double_modulation_at(rows, row), double_modulation_at(rows, row + 6 * doubles),
                              around);
        });
        add_residual(streams.image, control.input, i, 0);
        row += 6;
    }
    Streams all{.image = at::cat({streams.text, streams.image}, 1), .text = {}};
    row = 0;
    for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
        const flux::Surroundings around = in_block(BlockKind::single_stream, i);
        run_block(input, around.block, all,
                  [&](Streams& one) { single_blocks_[i](one.image, modulation_at(rows, row), around); });
        add_residual(all.image, control.output, i, text_tokens);
        row += 3;
    }
    return {.image = all.image.slice(1, text_tokens),
            .shift = rows.narrow(1, modulation_rows - 2, 1),
            .scale = rows.narrow(1, modulation_rows - 1, 1)};
}

Chroma::Chroma(const Weights& w)
    : weights_(w), img_in_(w / "img_in"), backbone_(w, {.dims = {16, 56, 56}}), final_(w / "final_layer" / "linear") {}

Tensor Chroma::predict(const NetworkInput& input) const {
    require_text(input);
    const Tensor padded = padded_to_patches(input.x, cells_per_side);
    const flux::Layout layout{.text_tokens = input.context.size(1),
                              .patch = cells_per_side,
                              .picture = {.height = input.x.size(2), .width = input.x.size(3)}};
    const Tensor tokens = to_patches(padded, cells_per_side, PatchOrder::channels_first).to(weights_.compute_dtype());
    const Backbone::Output out = backbone_(img_in_(tokens), input, layout);
    const Tensor patches = final_(modulate(plain_layer_norm(out.image), out.scale, out.shift)).to(at::kFloat);
    return from_patches(patches, padded.size(2) / cells_per_side, padded.size(3) / cells_per_side, cells_per_side,
                        PatchOrder::channels_first)
        .slice(2, 0, input.x.size(2))
        .slice(3, 0, input.x.size(3))
        .contiguous();
}

void Chroma::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    flux::set_flux_inputs(input, condition, target, /*concat_channels=*/0, cells_per_side, /*default_guidance=*/0.0);
    input.reference_latents.clear();  // Chroma looks at none
}

std::size_t Chroma::activation_bytes(at::IntArrayRef latent) const {
    // As Flux: about twenty tensors as wide as the stream in a single block.
    const int64_t tokens = latent[2] * latent[3] / (cells_per_side * cells_per_side) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * backbone_.dim() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

LoraKeys Chroma::lora_keys() const { return flux::lora_names(weights_); }

}  // namespace easel::inference::chroma
