#include "inference/models/qwen_image/qwen_image.hpp"

#include "base/error.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/models/diffusers_layout.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/qwen_image/positions.hpp"
#include "inference/vae/latent_format.hpp"

#include <cmath>
#include <limits>

namespace easel::inference::qwen_image {
namespace {

constexpr double eps = 1e-6;

std::vector<Block> blocks(const Weights& w) {
    std::vector<Block> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i);
    return result;
}

ReferenceMethod default_references(const Weights& w) {
    if (w.contains("time_text_embed.addition_t_embedding.weight")) return ReferenceMethod::negative_index;
    return w.contains("__index_timestep_zero__") ? ReferenceMethod::index_timestep_zero : ReferenceMethod::index;
}

// The time of 0..1 at 128 frequencies, cosines first: [batch, 256]. The factor of 1000 comes last, as in training.
Tensor frequencies(const Tensor& timestep) {
    constexpr int64_t half = 128;
    const Tensor exponent = at::arange(half, timestep.options()) * (-std::log(10000.0)) / static_cast<double>(half);
    const Tensor angle = timestep.unsqueeze(1) * exponent.exp() * 1000.0;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

// Scores of tokens that do not count fall to the lowest number.
Tensor attention_bias(const Tensor& mask, int64_t picture_tokens) {
    const Tensor text = (mask.to(at::kFloat) - 1.0) * static_cast<double>(std::numeric_limits<float>::max());
    return at::constant_pad_nd(text, {0, picture_tokens}).unsqueeze(1).unsqueeze(1);
}

}  // namespace

QwenImage::QwenImage(const Weights& w)
    : weights_(w), img_in_(w / "img_in"), txt_in_(w / "txt_in"), txt_norm_(w / "txt_norm", eps),
      time_in_(w / "time_text_embed" / "timestep_embedder" / "linear_1"),
      time_out_(w / "time_text_embed" / "timestep_embedder" / "linear_2"),
      layered_(w.maybe("time_text_embed.addition_t_embedding.weight")), blocks_(blocks(w / "transformer_blocks")),
      final_modulation_(w / "norm_out" / "linear"), final_(w / "proj_out"), references_(default_references(w)) {}

void QwenImage::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    if (condition.attention_mask) input.attention_mask = *condition.attention_mask;
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(
            target.format->to_model(reference.dim() == 4 ? reference.unsqueeze(2) : reference));
    if (!input.reference_latents.empty())
        input.extra["reference_method"] =
            at::scalar_tensor(static_cast<int64_t>(condition.reference_method.value_or(references_)), at::kLong);
}

Tensor QwenImage::embedded_time(const Tensor& timestep) const {
    Tensor time = time_out_(at::silu(time_in_(frequencies(timestep).to(weights_.compute_dtype()))));
    if (layered_) time = time + layered_.like(time)[0];
    return at::silu(time);
}

Tensor QwenImage::predict(const NetworkInput& input) const {
    if (!input.context.defined()) throw UserError("the conditioning holds no text, which this diffusion model needs");
    const at::ScalarType dtype = weights_.compute_dtype();
    const auto method = input.reference_latents.empty()
                            ? references_
                            : static_cast<ReferenceMethod>(input.find("reference_method").item<int64_t>());

    std::vector<Tensor> pictures{to_tokens(input.x)};
    const int64_t own_tokens = pictures.front().size(1), text_tokens = input.context.size(1);
    for (const Tensor& reference : input.reference_latents)
        pictures.push_back(to_tokens(reference));
    Tensor image = img_in_(at::cat(pictures, 1).to(dtype));
    Tensor text = txt_in_(txt_norm_(input.context.to(dtype)));

    Time time{.of_picture = embedded_time(input.timestep), .of_references = {}, .picture_tokens = own_tokens};
    if (method == ReferenceMethod::index_timestep_zero && !input.reference_latents.empty())
        time.of_references = embedded_time(at::zeros_like(input.timestep));
    const Rope rope = rope_of(text_tokens, input.x.sizes(), input.reference_latents, method);
    const Tensor mask = input.attention_mask.defined() ? attention_bias(input.attention_mask, image.size(1)) : Tensor();
    Streams streams{.image = image, .text = text};
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { blocks_[i](both.image, both.text, time, rope, mask); });
    image = streams.image;

    const auto last = final_modulation_(time.of_picture).unsqueeze(1).chunk(2, -1);  // scale, shift
    const Tensor own = image.narrow(1, 0, own_tokens);
    const Tensor out = final_(modulate(plain_layer_norm(own, eps), last[0], last[1]));
    return from_tokens(out.to(at::kFloat), input.x.sizes()).contiguous();
}

LoraKeys QwenImage::lora_keys() const {
    constexpr std::string_view ending = ".weight";
    LoraKeys names = module_lora_keys(weights_);
    for (const std::string& key : weights_.keys())
        if (key.ends_with(ending))
            add_transformer_names(names, key.substr(0, key.size() - ending.size()), weights_.prefix() + key);
    return names;
}

std::size_t QwenImage::activation_bytes(at::IntArrayRef latent) const {
    // Both streams, their projections, the joint queries, keys and values and the feed forward network: about twenty
    // tensors as wide as the stream.
    const int64_t tokens = latent[2] * latent.back() * latent[latent.size() - 2] / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * img_in_.out_features() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::qwen_image
