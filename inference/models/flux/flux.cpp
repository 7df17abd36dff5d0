#include "inference/models/flux/flux.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/flux/diffusers.hpp"
#include "inference/models/require_text.hpp"

#include <algorithm>

namespace easel::inference::flux {
namespace {

constexpr int64_t frequencies = 256;
constexpr double time_factor = 1000.0;  // networks were trained on times up to 1000

bool is_flux2(const Weights& w) { return w.has_part("double_stream_modulation_img"); }

bool has_gate_layers(const Weights& w) { return w.contains("double_blocks.0.img_mlp.gate_proj.weight"); }

// Ovis and LongCat-Image.
bool counts_text_on_the_plane(const Weights& w) {
    return (has_gate_layers(w) && w.has_part("txt_norm")) || is_longcat(w);
}

template <class Layer>
std::optional<Layer> optional_layer(const Weights& w, std::string_view name) {
    if (!w.has_part(name)) return std::nullopt;
    return std::optional<Layer>(std::in_place, w / name);
}

// `values` [batch, times, dim] for each of `count` tokens: the first time up to token `split`, the second behind it.
// With one time it stays as it is and broadcasts.
Tensor for_tokens(const Tensor& values, int64_t split, int64_t count) {
    if (values.size(1) == 1) return values;
    return at::cat(
        {values.narrow(1, 0, 1).expand({-1, split, -1}), values.narrow(1, 1, 1).expand({-1, count - split, -1})}, 1);
}

Tensor embedded(const Embedder& embedder, const Tensor& numbers, at::ScalarType dtype) {
    return embedder(timestep_embedding(numbers * time_factor, frequencies).to(dtype));
}

CellSize size_of(const Tensor& latent) { return {.height = latent.size(2), .width = latent.size(3)}; }

}  // namespace

bool is_longcat(const Weights& w) {
    return !w.has_part("vector_in") && !w.has_part("txt_norm") && !w.has_part("double_stream_modulation_img");
}

Variant variant_of(const Weights& w) {
    if (is_flux2(w))
        return {.patch = 1,
                .latent_channels = 128,
                .axes = {.dims = {32, 32, 32, 32}, .theta = 2000.0, .of_text = {3}, .reference_step = 10.0},
                .references = ReferenceMethod::index,
                .least_text_tokens = 512};
    Variant variant{.axes = {.dims = {16, 56, 56}}};
    if (counts_text_on_the_plane(w)) variant.axes.of_text = {1, 2};
    variant.axes.continues_text = is_longcat(w);
    return variant;
}

Flux::Flux(const Weights& w)
    : weights_(w), variant_(variant_of(w)), ropes_(variant_.axes), img_in_(w / "img_in"), txt_in_(w / "txt_in"),
      txt_norm_(optional_layer<RmsNorm>(w, "txt_norm")), time_in_(w / "time_in"),
      vector_in_(optional_layer<Embedder>(w, "vector_in")), guidance_in_(optional_layer<Embedder>(w, "guidance_in")),
      double_blocks_(double_blocks(w)), single_blocks_(single_blocks(w, has_gate_layers(w))),
      final_modulation_(w / "final_layer" / "adaLN_modulation" / 1), final_(w / "final_layer" / "linear") {
    if (!is_flux2(w)) return;
    image_modulation_.emplace(w / "double_stream_modulation_img" / "lin");
    text_modulation_.emplace(w / "double_stream_modulation_txt" / "lin");
    single_modulation_.emplace(w / "single_stream_modulation" / "lin");
}

int64_t Flux::concat_channels() const {
    // As patched: LoRA files that make Flux follow edges or depth widen the layer.
    const int64_t width = img_in_.weight.as(weights_.compute_dtype(), weights_.device()).size(1);
    return width / (variant_.patch * variant_.patch) - variant_.latent_channels;
}

Tensor Flux::steering(const NetworkInput& input, bool clean_references) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor vector = embedded(time_in_, input.timestep, dtype).unsqueeze(1);
    if (clean_references)
        vector = at::cat({vector, embedded(time_in_, at::zeros_like(input.timestep), dtype).unsqueeze(1)}, 1);
    if (guidance_in_ && input.guidance.defined())
        vector = vector + embedded(*guidance_in_, input.guidance, dtype).unsqueeze(1);
    if (vector_in_) {
        const int64_t dim = vector_in_->in_layer.in_features();
        const Tensor pooled = input.vector.defined() ? input.vector.narrow(1, 0, std::min(dim, input.vector.size(1)))
                                                     : at::zeros({input.x.size(0), dim}, input.x.options());
        vector = vector + (*vector_in_)(pooled.to(dtype)).unsqueeze(1);
    }
    return vector;
}

Tensor Flux::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x;
    Layout layout{.text_tokens = input.context.size(1), .patch = variant_.patch, .picture = size_of(latent)};
    const Tensor method = input.find("reference_method");
    layout.method = method.defined()               ? static_cast<ReferenceMethod>(method.item<int64_t>())
                    : patches_of(input).references ? ReferenceMethod::index_timestep_zero
                                                   : variant_.references;
    layout.scaling = patches_of(input).rope;
    const auto sequence = [&](const Tensor& picture) {
        return to_patches(padded_to_patches(picture, variant_.patch), variant_.patch, PatchOrder::channels_first);
    };
    std::vector<Tensor> pictures{sequence(latent)};
    for (const Tensor& reference : input.reference_latents) {
        layout.references.push_back(size_of(reference));
        pictures.push_back(sequence(reference));
    }
    const int64_t own_tokens = layout.picture_tokens();
    const bool clean_references =
        layout.method == ReferenceMethod::index_timestep_zero && !input.reference_latents.empty();

    Tensor image = img_in_(at::cat(pictures, 1).to(dtype));  // [batch, tokens, dim]
    Tensor text = input.context.to(dtype);
    text = txt_in_(txt_norm_ ? (*txt_norm_)(text) : text);
    ReferenceCache* const kept = patches_of(input).references.get();
    if (kept && !kept->blocks.empty()) image = image.narrow(1, 0, own_tokens);
    Streams streams{.image = image, .text = text};
    start_blocks(input, streams);
    const int64_t text_tokens = streams.text.size(1), image_tokens = streams.image.size(1);
    const int64_t all_tokens = text_tokens + image_tokens;
    layout.text_tokens = text_tokens;
    const Rope rope = ropes_.of(layout, image.device());
    const Tensor steer = at::silu(steering(input, clean_references));
    const auto of_image = [&](const Tensor& values) { return for_tokens(values, own_tokens, image_tokens); };
    const auto of_all = [&](const Tensor& values) { return for_tokens(values, text_tokens + own_tokens, all_tokens); };
    const Tensor steer_text = steer.narrow(1, 0, 1);

    std::optional<DoubleModulation> shared_image, shared_text;
    if (image_modulation_) {
        shared_image = double_modulation_from(of_image((*image_modulation_)(steer)));
        shared_text = double_modulation_from((*text_modulation_)(steer_text));
    }
    const ControlResiduals& control = residuals_of(input);
    const auto in_block = [&](BlockKind kind, std::size_t index) {
        return Surroundings{.input = input,
                            .block = {.kind = kind, .index = static_cast<int64_t>(index)},
                            .text_tokens = text_tokens,
                            .rope = rope,
                            .mask = input.attention_mask,
                            .reference_tokens = image_tokens - own_tokens,
                            .references = kept};
    };
    for (std::size_t i = 0; i < double_blocks_.size(); ++i) {
        const DoubleBlock& block = double_blocks_[i];
        const Surroundings around = in_block(BlockKind::double_stream, i);
        run_block(input, around.block, streams, [&](Streams& both) {
            block(both, shared_image ? *shared_image : double_modulation_from(of_image((*block.img.modulation)(steer))),
                  shared_text ? *shared_text : double_modulation_from((*block.txt.modulation)(steer_text)), around);
        });
        add_residual(streams.image, control.input, i, 0);
    }

    Streams sequence_of_all{.image = at::cat({streams.text, streams.image}, 1), .text = {}};
    std::optional<Modulation> shared;
    if (single_modulation_) shared = modulation_from(of_all((*single_modulation_)(steer)));
    for (std::size_t i = 0; i < single_blocks_.size(); ++i) {
        const SingleBlock& block = single_blocks_[i];
        const Surroundings around = in_block(BlockKind::single_stream, i);
        run_block(input, around.block, sequence_of_all, [&](Streams& all) {
            block(all.image, shared ? *shared : modulation_from(of_all((*block.modulation)(steer))), around);
        });
        add_residual(sequence_of_all.image, control.output, i, text_tokens);
    }

    const auto last = final_modulation_(steer_text).chunk(2, -1);  // shift, scale
    const Tensor own = sequence_of_all.image.narrow(1, text_tokens, own_tokens);
    const Tensor out = final_(modulate(plain_layer_norm(own), last[1], last[0])).to(at::kFloat);
    const int64_t rows = (latent.size(2) + variant_.patch - 1) / variant_.patch;
    return from_patches(out, rows, own_tokens / rows, variant_.patch, PatchOrder::channels_first)
        .slice(2, 0, latent.size(2))
        .slice(3, 0, latent.size(3))
        .contiguous();
}

void Flux::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    set_flux_inputs(input, condition, target, concat_channels(), variant_.patch, variant_.guidance);
    const int64_t missing = input.context.defined() ? variant_.least_text_tokens - input.context.size(1) : 0;
    if (missing > 0) input.context = at::constant_pad_nd(input.context, {0, 0, missing, 0});
}

std::size_t Flux::activation_bytes(at::IntArrayRef latent) const {
    // A single block holds its input, the fused projection (seven to nine times the width), queries and keys turned,
    // and attention beside the feed forward network: about twenty tensors as wide as the stream.
    const int64_t patches = latent[2] * latent[3] / (variant_.patch * variant_.patch) + 512;
    return static_cast<std::size_t>(latent[0] * patches * img_in_.out_features() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

LoraKeys Flux::lora_keys() const { return lora_names(weights_); }

}  // namespace easel::inference::flux
