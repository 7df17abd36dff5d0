#include "inference/model_patches/qwen_block_control.hpp"

#include "inference/image/resize.hpp"
#include "inference/models/qwen_image/positions.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference {
namespace {

constexpr double eps = 1e-6;
constexpr int64_t latent_channels = 16, cells_per_token = 4;

// The picture's tokens for latents of one size.
class ControlTokens {
public:
    ControlTokens(std::shared_ptr<const QwenBlockControl> control, BlockControlPicture picture)
        : control_(std::move(control)), picture_(std::move(picture)) {}

    const QwenBlockControl& control() const { return *control_; }
    double strength() const { return picture_.strength; }

    const Tensor& of(int64_t rows, int64_t columns) {
        const int64_t height = rows * picture_.vae.downscale_ratio(), width = columns * picture_.vae.downscale_ratio();
        if (tokens_.defined() && height_ == height && width_ == width) return tokens_;
        Tensor pixels = picture_.pixels;
        if (pixels.size(1) != height || pixels.size(2) != width)
            pixels = resize_image(pixels, width, height, "area", Crop::center);
        tokens_ = control_->embedded(latent(pixels));
        height_ = height;
        width_ = width;
        return tokens_;
    }

private:
    Tensor latent(const Tensor& pixels) const {
        Tensor encoded = picture_.vae.encode(pixels);
        if (encoded.dim() == 4) encoded = encoded.unsqueeze(2);
        Tensor latent = wan21_latent_format().to_model(encoded);
        if (control_->mask_channels() == 0) return latent;
        if (!picture_.kept) return at::cat({latent, at::ones_like(latent).narrow(1, 0, control_->mask_channels())}, 1);
        const Tensor mask = resize(picture_.kept->unsqueeze(1), latent.size(-1), latent.size(-2), "bilinear");
        return at::cat({latent, repeat_to_batch(mask, latent.size(0)).unsqueeze(2)}, 1);
    }

    std::shared_ptr<const QwenBlockControl> control_;
    BlockControlPicture picture_;
    int64_t height_ = 0, width_ = 0;
    Tensor tokens_;
};

}  // namespace

QwenBlockControl::Block::Block(const Weights& w)
    : norm_image(w / "x_rms", eps), norm_control(w / "y_rms", eps), in(w / "input_proj"), out(w / "output_proj") {}

QwenBlockControl::QwenBlockControl(const Weights& w) : weights_(w), in_(w / "img_in") {
    blocks_ = blocks_of<Block>(w / "controlnet_blocks");
}

int64_t QwenBlockControl::mask_channels() const { return in_.in_features() / cells_per_token - latent_channels; }

Tensor QwenBlockControl::embedded(const Tensor& latent) const {
    weights_.table()->use(nullptr);
    return in_(qwen_image::to_tokens(latent).to(weights_.device(), weights_.compute_dtype()));
}

Tensor QwenBlockControl::residual(const Tensor& image, const Tensor& control, int64_t block) const {
    const Block& own = blocks_[static_cast<std::size_t>(block)];
    return own.out(at::gelu(own.in(own.norm_image(image) + own.norm_control(control))));
}

Model with_block_control(const Model& model, std::shared_ptr<const QwenBlockControl> control,
                         BlockControlPicture picture) {
    const auto tokens = std::make_shared<ControlTokens>(std::move(control), std::move(picture));
    return with_changed_options(model, [&](ModelOptions& options) {
        options.patches.after_block.push_back([tokens](const AfterBlock& after, const PatchPlace& place) {
            if (place.block.kind != BlockKind::double_stream || place.block.index >= tokens->control().blocks()) return;
            const Tensor& x = place.input.x;
            const Tensor control_tokens = repeat_to_batch(tokens->of(x.size(-2), x.size(-1)), x.size(0));
            const Tensor own = after.image.narrow(1, 0, control_tokens.size(1));
            own.add_(tokens->control().residual(own, control_tokens.to(own.scalar_type()), place.block.index),
                     tokens->strength());
        });
    });
}

}  // namespace easel::inference
