#include "inference/models/qwen_image/qwen_image.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/models/diffusers_layout.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/qwen_image/positions.hpp"
#include "inference/models/require_text.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::qwen_image {
namespace {

ReferenceMethod default_references(const Weights& w) {
    if (w.contains("time_text_embed.addition_t_embedding.weight")) return ReferenceMethod::negative_index;
    return w.contains("__index_timestep_zero__") ? ReferenceMethod::index_timestep_zero : ReferenceMethod::index;
}

}  // namespace

QwenImage::QwenImage(const Weights& w)
    : weights_(w), img_in_(w / "img_in"), txt_in_(w / "txt_in"), txt_norm_(w / "txt_norm", eps), time_(w),
      blocks_(blocks_of<Block>(w / "transformer_blocks")), final_modulation_(w / "norm_out" / "linear"),
      final_(w / "proj_out"), references_(default_references(w)) {}

void QwenImage::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.attention_mask) input.attention_mask = *condition.attention_mask;
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(
            target.format->to_model(reference.dim() == 4 ? reference.unsqueeze(2) : reference));
    if (!input.reference_latents.empty())
        input.extra["reference_method"] =
            at::scalar_tensor(static_cast<int64_t>(condition.reference_method.value_or(references_)), at::kLong);
}

Tensor QwenImage::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const auto method = input.reference_latents.empty()
                            ? references_
                            : static_cast<ReferenceMethod>(input.find("reference_method").item<int64_t>());

    std::vector<Tensor> pictures{to_tokens(input.x)};
    const int64_t own_tokens = pictures.front().size(1);
    for (const Tensor& reference : input.reference_latents)
        pictures.push_back(to_tokens(reference));
    Tensor image = img_in_(at::cat(pictures, 1).to(dtype));
    Tensor text = txt_in_(txt_norm_(input.context.to(dtype)));

    Time time{.of_picture = time_(input.timestep, dtype), .of_references = {}, .picture_tokens = own_tokens};
    if (method == ReferenceMethod::index_timestep_zero && !input.reference_latents.empty())
        time.of_references = time_(at::zeros_like(input.timestep), dtype);
    Streams streams{.image = image, .text = text};
    start_blocks(input, streams);
    std::vector<int64_t> layout{streams.text.size(1), static_cast<int64_t>(method)};
    layout.insert(layout.end(), input.x.sizes().begin() + 2, input.x.sizes().end());
    for (const Tensor& reference : input.reference_latents)
        layout.insert(layout.end(), reference.sizes().begin() + 2, reference.sizes().end());
    const Rope rope = ropes_.of(layout, input.x.device(), [&] {
        return rope_of(streams.text.size(1), input.x.sizes(), input.reference_latents, method);
    });
    const Tensor mask = input.attention_mask.defined() ? attention_bias(input.attention_mask, image.size(1)) : Tensor();
    const Rope image_rope = rope.tokens(streams.text.size(1), image.size(1));
    const ControlResiduals& control = residuals_of(input);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const inference::Block at{BlockKind::double_stream, static_cast<int64_t>(i)};
        run_block(input, at, streams, [&](Streams& both) { blocks_[i](both.image, both.text, time, rope, mask); });
        finish_block(input, at,
                     {.image = streams.image, .at_start = image, .time = time.of_picture, .rope = image_rope});
        add_residual(streams.image, control.input, i, 0);
    }
    image = streams.image;

    const auto last = final_modulation_(time.of_picture).unsqueeze(1).chunk(2, -1);  // scale, shift
    const Tensor own = image.narrow(1, 0, own_tokens);
    const Tensor out = final_(modulate(plain_layer_norm(own, eps), last[0], last[1]));
    return from_tokens(out.to(at::kFloat), input.x.sizes()).contiguous();
}

LoraKeys QwenImage::lora_keys() const { return names_of_own_layout(weights_); }

std::size_t QwenImage::activation_bytes(at::IntArrayRef latent) const {
    // Both streams, their projections, the joint queries, keys and values and the feed forward network: about twenty
    // tensors as wide as the stream.
    const int64_t tokens = latent[2] * latent.back() * latent[latent.size() - 2] / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * img_in_.out_features() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::qwen_image
