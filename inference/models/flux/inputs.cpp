// What Flux's networks read of a condition.
#include "inference/models/flux/flux.hpp"

#include "inference/image/resize.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"

namespace easel::inference::flux {
namespace {

constexpr int64_t pixels_per_cell = 8;

// The picture that is filled or followed, in the model's scale; with the channels of Fill also the mask, whose 8x8
// pixels for each cell of the latent become 64 channels.
Tensor picture_beside_noise(int64_t channels, const Condition& condition, const SamplingTarget& target) {
    const int64_t batch = target.shape[0], height = target.shape[2], width = target.shape[3];
    const Tensor given = condition.concat_latent_image.value_or(at::zeros(target.shape, at::kFloat));
    const Tensor picture =
        target.format->to_model(spread_to_batch(resize(given, width, height, "bilinear", Crop::center), batch));
    if (channels <= target.format->channels) return picture;

    const std::optional<Tensor>& drawn = mask_of(condition, target);
    Tensor mask = drawn ? drawn->mean(1, /*keepdim=*/true) : at::ones({1, 1, height, width}, at::kFloat);
    mask = resize(mask, width * pixels_per_cell, height * pixels_per_cell, "bilinear", Crop::center);
    mask = at::pixel_unshuffle(mask, pixels_per_cell);
    return at::cat({picture, spread_to_batch(mask, batch)}, 1);
}

// Biases of attention [batch, text + pictured, text + pictured], whose picture has another size than what is made, as
// [batch, 1, tokens, tokens]. (comfy.utils.upscale_dit_mask)
Tensor attention_biases(const Tensor& biases, const CellSize& pictured, const CellSize& made) {
    const int64_t text = biases.size(1) - pictured.height * pictured.width;
    const auto scaled = [&](const Tensor& rows) {  // of [batch, rows, pictured]
        const Tensor planes = rows.unflatten(2, {pictured.height, pictured.width});
        return at::upsample_bilinear2d(planes, {made.height, made.width}, /*align_corners=*/false).flatten(2);
    };
    const Tensor by_text = biases.narrow(1, 0, text), by_picture = biases.slice(1, text);
    const Tensor of_text = by_picture.narrow(2, 0, text).transpose(1, 2);
    const Tensor text_rows = at::cat({by_text.narrow(2, 0, text), scaled(by_text.slice(2, text))}, 2);
    const Tensor picture = scaled(scaled(by_picture.slice(2, text)).transpose(1, 2)).transpose(1, 2);
    return at::cat({text_rows, at::cat({scaled(of_text).transpose(1, 2), picture}, 2)}, 1).unsqueeze(1);
}

}  // namespace

void set_flux_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target,
                     int64_t concat_channels, int64_t patch, double default_guidance) {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.pooled) input.vector = *condition.pooled;
    if (concat_channels > 0) input.concat = picture_beside_noise(concat_channels, condition, target);
    if (!condition.without_guidance)
        input.guidance = at::full({1}, condition.guidance.value_or(default_guidance), at::kFloat);
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(target.format->to_model(reference));
    if (condition.reference_method)
        input.extra["reference_method"] =
            at::scalar_tensor(static_cast<int64_t>(*condition.reference_method), at::kLong);

    const auto side = [&](const char* name) {
        const auto found = condition.extra.find(name);
        return found == condition.extra.end() ? int64_t{0} : found->second.item<int64_t>();
    };
    const CellSize pictured{.height = side("attention_mask_height"), .width = side("attention_mask_width")};
    if (!condition.attention_mask || pictured.height == 0) return;
    const auto patches = [&](int64_t cells) { return (cells + patch - 1) / patch; };
    input.attention_mask = attention_biases(condition.attention_mask->to(at::kFloat), pictured,
                                            {.height = patches(target.shape[2]), .width = patches(target.shape[3])});
}

}  // namespace easel::inference::flux
