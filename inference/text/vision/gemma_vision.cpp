#include "inference/text/vision/gemma_vision.hpp"

#include "inference/image/resize.hpp"

#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t patch_side = 14, vectors_per_side = 16;
constexpr double norm_eps = 1e-6;

// About as many pixels as the square that the network sees, in the picture's aspect ratio. (Gemma3_Tokenizer)
Tensor with_area_of(const Tensor& planes, int64_t side) {
    const auto height = static_cast<double>(planes.size(2)), width = static_cast<double>(planes.size(3));
    const double scale = std::sqrt(static_cast<double>(side * side) / (height * width));
    const auto scaled = [&](double length) { return static_cast<int64_t>(std::nearbyint(length * scale)); };
    return resize(planes, scaled(width), scaled(height), "area");
}

}  // namespace

GemmaVision::GemmaVision(const Weights& w)
    : weights_(w), network_(w), norm_(w["multi_modal_projector.mm_soft_emb_norm.weight"]),
      projection_(w["multi_modal_projector.mm_input_projection_weight"]) {}

SeenPicture GemmaVision::operator()(const Tensor& picture) const {
    const int64_t patches = network_.patches_per_side(), side = patches * patch_side;
    const Tensor square = fitted_to_square(with_area_of(color_planes(picture), side), side, ClipVision::Fit::cut);
    const Tensor seen = normalised_planes(square, {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}).to(weights_.device());
    const Tensor states = network_.last_states(seen);  // [batch, patches * patches, vision dim]
    const Tensor map = states.transpose(1, 2).unflatten(2, {patches, patches});
    const int64_t pooled = patches / vectors_per_side;
    const Tensor vectors = at::avg_pool2d(map, pooled, pooled).flatten(2).transpose(1, 2);
    const Tensor scale = norm_.like(vectors) + 1.0;
    const Tensor normed = at::rms_norm(vectors, norm_.shape(), scale, norm_eps);
    const Tensor projected = at::matmul(normed, projection_.like(normed)).flatten(0, 1).to(at::kFloat);
    return {.vectors = projected, .grid = {.rows = 2 * vectors_per_side, .columns = 2 * vectors_per_side}};
}

// Undefined: the language model counts tokens itself.
Tensor GemmaVision::positions(const std::vector<EmbeddedPrompt::Span>&, const std::vector<PatchGrid>&,
                              const Tensor&) const {
    return {};
}

}  // namespace easel::inference
