#include "inference/models/chroma/radiance.hpp"

#include "inference/layers/patches.hpp"
#include "inference/models/flux/diffusers.hpp"
#include "inference/models/flux/flux.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference::chroma {
namespace {

constexpr int64_t patches_at_once = 512;  // the generated matrices of one patch are large

// Products of cosines over a patch, like the basis of the discrete cosine transform: [pixels, frequencies^2].
Tensor cosine_basis(int64_t patch, int64_t frequencies, const at::TensorOptions& options) {
    const Tensor place = at::linspace(0.0, 1.0, patch, options).unsqueeze(1);
    const Tensor frequency = at::arange(frequencies, options);
    const Tensor waves = at::cos(place * frequency * std::numbers::pi);  // [patch, frequencies]
    const Tensor across = waves.view({1, patch, frequencies, 1}), down = waves.view({patch, 1, 1, frequencies});
    const Tensor weight = (frequency.unsqueeze(1) * frequency + 1.0).reciprocal();
    return (across * down * weight).reshape({patch * patch, frequencies * frequencies});
}

Tensor unit_columns(const Tensor& matrices) {
    constexpr double least_norm = 1e-12;
    return matrices / at::linalg_vector_norm(matrices, 2, -2, /*keepdim=*/true).clamp_min(least_norm);
}

}  // namespace

Tensor Radiance::PixelBlock::operator()(const Tensor& x, const Tensor& features) const {
    const int64_t count = x.size(0), dim = x.size(2);
    const auto parts = generator(features).chunk(3, -1);
    const Tensor gate = unit_columns(parts[0].reshape({count, dim, -1}));
    const Tensor value = unit_columns(parts[1].reshape({count, dim, -1}));
    const Tensor out = unit_columns(parts[2].reshape({count, -1, dim}));
    const Tensor normed = norm(x);
    return x + at::bmm(at::silu(at::bmm(normed, gate)) * at::bmm(normed, value), out);
}

Radiance::Radiance(const Weights& w)
    : weights_(w), patch_(w["img_in_patch.weight"].size(3)), backbone_(w, {.dims = {16, 56, 56}}),
      pixel_in_(w / "nerf_image_embedder" / "embedder" / 0), text_in_sequence_(w.contains("__sequential__")),
      predicts_picture_(w.contains("__x0__")) {
    img_in_ = Conv2d(w / "img_in_patch", patch_, 0);
    pixel_blocks_ = blocks_of<PixelBlock>(w / "nerf_blocks");
    if (w.has_part("nerf_final_layer_conv")) {
        final_norm_ = RmsNorm(w / "nerf_final_layer_conv" / "norm");
        final_conv_.emplace(w / "nerf_final_layer_conv" / "conv");
    } else {
        final_norm_ = RmsNorm(w / "nerf_final_layer" / "norm");
        final_linear_.emplace(w / "nerf_final_layer" / "linear");
    }
}

// The pixels of all patches through the small networks: [batch, dim, height, width].
Tensor Radiance::pixels_of(const Tensor& picture, const Tensor& features) const {
    const int64_t batch = picture.size(0), channels = picture.size(1), cell = patch_ * patch_;
    const Tensor patches = to_patches(picture, patch_, PatchOrder::channels_last).reshape({-1, cell, channels});
    const Tensor of_patches = features.reshape({-1, features.size(2)});
    const auto frequencies =
        static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(pixel_in_.in_features() - channels))));
    const Tensor basis = cosine_basis(patch_, frequencies, patches.options().dtype(at::kFloat));
    std::vector<Tensor> tiles;
    for (int64_t first = 0; first < patches.size(0); first += patches_at_once) {
        const int64_t count = std::min(patches_at_once, patches.size(0) - first);
        const Tensor values = patches.narrow(0, first, count).to(at::kFloat);
        Tensor x =
            pixel_in_(at::cat({values, basis.unsqueeze(0).expand({count, -1, -1})}, 2)).to(features.scalar_type());
        for (const PixelBlock& block : pixel_blocks_)
            x = block(x, of_patches.narrow(0, first, count));
        tiles.push_back(x);
    }
    const Tensor tokens = at::cat(tiles).reshape({batch, features.size(1), -1});
    return from_patches(tokens, picture.size(2) / patch_, picture.size(3) / patch_, patch_, PatchOrder::channels_last);
}

Tensor Radiance::colours(const Tensor& hidden) const {
    const Tensor normed = final_norm_(hidden.movedim(1, -1));
    return final_conv_ ? (*final_conv_)(normed.movedim(-1, 1)) : (*final_linear_)(normed).movedim(-1, 1);
}

Tensor Radiance::predict(const NetworkInput& input) const {
    require_text(input);
    const Tensor picture = padded_to_patches(input.x, patch_).to(weights_.compute_dtype());
    const flux::Layout layout{.text_tokens = input.context.size(1),
                              .patch = patch_,
                              .picture = {.height = picture.size(2), .width = picture.size(3)},
                              .text_in_sequence = text_in_sequence_ || input.find("text_in_sequence").defined()};
    const Tensor tokens = img_in_(picture).flatten(2).transpose(1, 2).contiguous();
    const Tensor features = backbone_(tokens, input, layout).image;
    const Tensor whole = colours(pixels_of(picture, features)).to(at::kFloat);
    const Tensor out = whole.slice(2, 0, input.x.size(2)).slice(3, 0, input.x.size(3));
    if (predicts_picture_) return (input.x - out) / input.timestep.view({-1, 1, 1, 1});
    return out.contiguous();
}

void Radiance::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    flux::set_flux_inputs(input, condition, target, /*concat_channels=*/0, patch_, /*default_guidance=*/0.0);
    input.reference_latents.clear();  // as Chroma
}

std::size_t Radiance::activation_bytes(at::IntArrayRef latent) const {
    // The transformer as Chroma's; the pixel networks' matrices of one tile; and a few pictures of their width.
    const int64_t tokens = latent[2] * latent[3] / (patch_ * patch_) + 512, pixel_dim = pixel_in_.out_features();
    const int64_t generated = pixel_blocks_.empty() ? 0 : pixel_blocks_.front().generator.out_features();
    const int64_t values = latent[0] * tokens * backbone_.dim() * 20 + 2 * patches_at_once * generated +
                           latent[0] * latent[2] * latent[3] * pixel_dim * 6;
    return static_cast<std::size_t>(values) * c10::elementSize(weights_.compute_dtype());
}

LoraKeys Radiance::lora_keys() const { return flux::lora_names(weights_); }

}  // namespace easel::inference::chroma
