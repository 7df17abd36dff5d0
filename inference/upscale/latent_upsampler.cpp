#include "inference/upscale/latent_upsampler.hpp"

#include "base/error.hpp"
#include "inference/layers/frames.hpp"
#include "inference/weights/blocks_of.hpp"

#include <ATen/ops/pixel_shuffle.h>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>

namespace easel::inference {
namespace {

using Json = nlohmann::json;

// A scale as the quotient of two small numbers.
std::pair<int64_t, int64_t> quotient(double scale) {
    constexpr std::array<std::pair<double, std::pair<int64_t, int64_t>>, 4> known{
        {{0.75, {3, 4}}, {1.5, {3, 2}}, {2.0, {2, 1}}, {4.0, {4, 1}}}};
    for (const auto& [value, parts] : known)
        if (std::abs(value - scale) < 1e-9) return parts;
    throw ModelError("a latent upscale model for " + std::to_string(scale) + " times the size is not known");
}

Weights upsampler_part(const Weights& w) {
    const Weights part = w / "upsampler";
    return part.has_part("conv") ? part / "conv" : part / 0;
}

}  // namespace

Tensor LatentUpsampler::Conv::operator()(const Tensor& x) const {
    if (weight.shape().size() == 5) return at::conv3d(x, weight.like(x), bias.like(x), 1, 1);
    return at::conv2d(x, weight.like(x), bias.like(x), 1, 1);
}

Tensor LatentUpsampler::Norm::operator()(const Tensor& x) const {
    return at::group_norm(x, 32, weight.like(x), bias.like(x));
}

Tensor LatentUpsampler::Block::operator()(const Tensor& x) const {
    return at::silu(norm2(conv2(at::silu(norm1(conv1(x))))) + x);
}

LatentUpsampler::LatentUpsampler(const Weights& w)
    : weights_(w), in_(w / "initial_conv"), out_(w / "final_conv"), up_(upsampler_part(w)),
      norm_in_(w / "initial_norm"), before_(blocks_of<Block>(w / "res_blocks")),
      after_(blocks_of<Block>(w / "post_upsample_res_blocks")), sees_time_(in_.weight.shape().size() == 5) {
    const Json config = Json::parse(w.metadata("config"), nullptr, /*allow_exceptions=*/false);
    if (!config.is_object()) throw ModelError(w.origin() + " has no config of a latent upscale model");
    try {
        const bool space = config.value("spatial_upsample", true), time = config.value("temporal_upsample", false);
        if (space && time)
            enlarges_ = Enlarges::both;
        else if (time)
            enlarges_ = Enlarges::time;
        if (config.value("rational_resampler", false) && !time)
            std::tie(factor_, divisor_) = quotient(config.value("spatial_scale", 2.0));
    } catch (const Json::exception& error) {
        throw ModelError(w.origin() + " has a config that cannot be read: " + error.what());
    }
}

// Through a 5x5 filter, the file's or a binomial one, every so many cells.
Tensor LatentUpsampler::blurred(const Tensor& pictures) const {
    if (divisor_ == 1) return pictures;
    const Weights filter = weights_ / "upsampler" / "blur_down";
    const Tensor row = at::tensor({1.0f, 4.0f, 6.0f, 4.0f, 1.0f}) / 16.0;
    const Tensor kernel =
        filter.contains("kernel") ? filter["kernel"].like(pictures) : at::outer(row, row).to(pictures.options());
    return at::conv2d(pictures, kernel.expand({pictures.size(1), 1, 5, 5}), {}, divisor_, at::IntArrayRef{2, 2}, 1,
                      pictures.size(1));
}

Tensor LatentUpsampler::enlarged(const Tensor& x) const {
    if (enlarges_ == Enlarges::space) {
        if (!sees_time_) return blurred(at::pixel_shuffle(up_(x), factor_));
        return frames_to_video(blurred(at::pixel_shuffle(up_(video_to_frames(x)), factor_)), x.size(2));
    }
    const int64_t sides = enlarges_ == Enlarges::both ? 2 : 1;
    const Tensor cells = up_(x).unflatten(1, {-1, 2, sides, sides});
    // The first of the doubled frames only repeats what comes before the video.
    return cells.permute({0, 1, 5, 2, 6, 3, 7, 4}).flatten(6, 7).flatten(4, 5).flatten(2, 3).slice(2, 1);
}

Tensor LatentUpsampler::operator()(const Tensor& latent) const {
    const Tensor cells = latent.to(weights_.device(), weights_.compute_dtype());
    Tensor x = sees_time_ ? cells : video_to_frames(cells);
    x = at::silu(norm_in_(in_(x)));
    for (const Block& block : before_)
        x = block(x);
    x = enlarged(x);
    for (const Block& block : after_)
        x = block(x);
    x = out_(x);
    return (sees_time_ ? x : frames_to_video(x, latent.size(2))).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
