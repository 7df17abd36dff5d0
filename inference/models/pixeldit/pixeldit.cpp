#include "inference/models/pixeldit/pixeldit.hpp"

#include "base/error.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::pixeldit {
namespace {

constexpr double text_theta = 10000.0, longest_period = 10.0;

// Some files keep the network of PixelDiT under `core.`.
Weights backbone(const Weights& w) { return w.has_part("core") ? w / "core" : w; }

}  // namespace

PixelDit::PixelDit(const Weights& file)
    : weights_(backbone(file)), pixel_in_(weights_ / "pixel_embedder" / "proj"),
      patch_in_(weights_ / "s_embedder" / "proj"), time_in_(weights_ / "t_embedder" / "mlp" / 0),
      time_out_(weights_ / "t_embedder" / "mlp" / 2), text_in_(weights_ / "y_embedder" / "proj"),
      text_norm_(weights_ / "y_embedder" / "norm", eps), text_positions_(weights_["y_pos_embedding"]),
      patch_blocks_(blocks_of<PatchBlock>(weights_ / "patch_blocks")),
      pixel_blocks_(blocks_of<PixelBlock>(weights_ / "pixel_blocks")),
      final_norm_(weights_ / "final_layer" / "norm", eps), final_(weights_ / "final_layer" / "linear") {
    if (file.has_part("lq_proj")) latent_features_.emplace(file, static_cast<int64_t>(patch_blocks_.size()));
}

void PixelDit::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    for (const char* name : {"lq_latent", "degrade_sigma"})
        if (const auto found = condition.extra.find(name); found != condition.extra.end())
            input.extra[name] = found->second;
}

Tensor PixelDit::embedded_time(const Tensor& timestep) const {
    const Tensor waves = timestep_embedding(timestep, time_in_.in_features(), longest_period);
    return time_out_(at::silu(time_in_(waves.to(weights_.compute_dtype())))).unsqueeze(1);
}

Tensor PixelDit::text(const Tensor& states) const {
    const int64_t tokens = std::min(states.size(1), text_positions_.size(1));
    const Tensor embedded = text_norm_(text_in_(states.narrow(1, 0, tokens)));
    return embedded + text_positions_.like(embedded).narrow(1, 0, tokens);
}

Tensor PixelDit::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t channels = pixel_in_.in_features(), batch = input.x.size(0);
    const auto side = static_cast<int64_t>(
        std::lround(std::sqrt(static_cast<double>(patch_in_.in_features()) / static_cast<double>(channels))));
    const Tensor picture = padded_to_patches(input.x, side);
    const int64_t height = picture.size(2), width = picture.size(3), pixels = side * side;
    Grid grid{.rows = height / side, .columns = width / side};

    std::vector<Tensor> features;
    const Tensor noise = input.find("degrade_sigma");
    if (latent_features_) {
        const Tensor latent = input.find("lq_latent");
        if (!latent.defined() || !noise.defined())
            throw UserError("PiD draws the pixels of a latent, the conditioning has none: connect PiDConditioning");
        features = (*latent_features_)(latent.to(dtype), grid.rows, grid.columns);
        grid.trained_side = latent_features_->trained_side();
    }

    const Tensor time = embedded_time(input.timestep), activated = at::silu(time);
    Tensor patches = patch_in_(to_patches(picture, side, PatchOrder::channels_first).to(dtype));
    Tensor words = text(input.context.to(dtype));
    const int64_t head_size = patch_blocks_.front().patches.q_norm.weight.size(0);
    const Rope patch_rope = grid_rope(grid, head_size);
    const Rope text_rope = rope_table(at::arange(words.size(1), at::kFloat).unsqueeze(1), {head_size}, text_theta);
    for (std::size_t i = 0; i < patch_blocks_.size(); ++i) {
        if (latent_features_)
            patches = latent_features_->before_block(patches, features, noise, static_cast<int64_t>(i));
        patch_blocks_[i](patches, words, activated, patch_rope, text_rope);
    }
    patches = at::silu(time + patches);
    if (latent_features_) patches = latent_features_->behind_blocks(patches, features, noise);

    const int64_t dim = pixel_in_.out_features();
    const Tensor colours = pixel_in_(picture.permute({0, 2, 3, 1}).to(dtype));  // [batch, height, width, dim]
    const Tensor placed = colours + pixel_positions(height, width, dim).view({1, height, width, dim}).to(dtype);
    Tensor x = placed.view({batch, grid.rows, side, grid.columns, side, dim})
                   .permute({0, 1, 3, 2, 4, 5})
                   .reshape({batch * grid.rows * grid.columns, pixels, dim});
    const Tensor of_patches = patches.flatten(0, 1);
    for (const PixelBlock& block : pixel_blocks_)
        x = block(x, of_patches, grid);
    const Tensor out = final_(final_norm_(x)).to(at::kFloat);  // [batch * patches, pixels, channels]
    const Tensor tokens = out.transpose(1, 2).reshape({batch, grid.rows * grid.columns, -1});
    return from_patches(tokens, grid.rows, grid.columns, side, PatchOrder::channels_first)
        .slice(2, 0, input.x.size(2))
        .slice(3, 0, input.x.size(3))
        .contiguous();
}

std::size_t PixelDit::activation_bytes(at::IntArrayRef latent) const {
    // Every pixel has its modulation, six tensors as wide as the pixel's, and the inside of a network four times as
    // wide.
    const int64_t pixels = latent[2] * latent[3];
    return static_cast<std::size_t>(latent[0] * pixels * pixel_in_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::pixeldit
