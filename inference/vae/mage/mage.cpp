#include "inference/vae/mage/mage.hpp"

#include "inference/layers/patches.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference {
namespace {

constexpr double eps = 1e-6;

}  // namespace

AutoencoderMage::Encoder::Encoder(const Weights& w)
    : patch_in(w / "patch_cond_embed", (w / "patch_cond_embed")["weight"].size(3), 0),
      head(blocks_of<mage::PlainBlock>(w / "head_blocks")), down(w / "proj_down"), latent_in(w / "z_proj"),
      fuse(w / "fuse_proj"), step(w / "t_embedder"), blocks(blocks_of<mage::Block>(w / "blocks")),
      norm(w / "norm_out", eps), out(w / "proj_out") {}

Tensor AutoencoderMage::Encoder::operator()(const Tensor& pixels) const {
    Tensor seen = patch_in(pixels);
    for (const mage::PlainBlock& block : head)
        seen = block(seen);
    seen = down(seen);
    // The step begins at a latent of zeros.
    const Tensor latent =
        at::zeros({pixels.size(0), latent_in.in_channels(), seen.size(2), seen.size(3)}, pixels.options());
    Tensor x = fuse(at::cat({seen, latent_in(latent)}, 1));
    const Tensor time = step(x);
    for (const mage::Block& block : blocks)
        x = block(x, time);
    return out(mage::channel_norm(norm, x)).narrow(1, 0, latent_in.in_channels());  // means; deviations follow
}

AutoencoderMage::Conditioner::Conditioner(const Weights& w)
    : in(w / "conv_in"), norm(w / "norm_out", eps), out(w / "conv_out") {
    const Weights block = w / "block";
    for (int64_t i = 0; i < block.count(); ++i) {
        if (i % 2 == 0)
            residuals.emplace_back(block / i);
        else
            attentions.emplace_back(block / i);
    }
}

Tensor AutoencoderMage::Conditioner::operator()(const Tensor& latent) const {
    Tensor x = in(latent);
    for (std::size_t i = 0; i < residuals.size(); ++i) {
        x = residuals[i](x);
        if (i < attentions.size()) x = attentions[i](x);
    }
    return out(at::silu(norm(x)));
}

AutoencoderMage::Decoder::Decoder(const Weights& w)
    : step(w / "t_embedder"), pixels_in(w / "s_embedder" / "proj1", (w / "s_embedder" / "proj1")["weight"].size(3), 0),
      features_in(w / "s_embedder" / "proj2"), blocks(blocks_of<mage::Block>(w / "blocks")),
      patch_features(w / "y_embedder_x"), patches(w) {}

Tensor AutoencoderMage::Decoder::operator()(const Tensor& features) const {
    const int64_t batch = features.size(0), rows = features.size(2), columns = features.size(3);
    const int64_t patch = pixels_in.stride, pixels = patch * patch;
    // The step begins at a picture of zeros.
    const Tensor picture =
        at::zeros({batch, pixels_in.in_channels(), rows * patch, columns * patch}, features.options());
    Tensor x = features_in(at::cat({pixels_in(picture), features}, 1));
    const Tensor time = step(x);
    for (const mage::Block& block : blocks)
        x = block(x, time);

    const auto by_cell = [](const Tensor& t) { return t.permute({0, 2, 3, 1}).flatten(0, 2); };  // [cells, channels]
    const Tensor colours = at::zeros({batch * rows * columns, pixels, picture.size(1)}, features.options());
    const Tensor inner = by_cell(patch_features(features)).unflatten(1, {-1, pixels}).transpose(1, 2);
    const Tensor made = patches(at::cat({colours, inner}, 2), by_cell(x));  // [cells, pixels, 3]
    return from_patches(made.transpose(1, 2).reshape({batch, rows * columns, -1}), rows, columns, patch,
                        PatchOrder::channels_first);
}

AutoencoderMage::AutoencoderMage(const Weights& w)
    : encoder_(w / "student" / "dconv_encoder"), conditioner_(w / "pipeline" / "y_embedder" / "decoder"),
      decoder_(w / "pipeline") {}

}  // namespace easel::inference
