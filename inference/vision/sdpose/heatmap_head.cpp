#include "inference/vision/sdpose/heatmap_head.hpp"

#include "inference/image/resize.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/sample.hpp"

#include <array>
#include <cmath>
#include <memory>

namespace easel::inference {
namespace {

constexpr int64_t model_width = 768, model_height = 1024;  // of the pictures that it was trained on
constexpr double blur = 2.0;
constexpr int64_t blur_radius = 5;

// Each channel with a mean of 0 and a deviation of 1.
Tensor evened(const Tensor& x) {
    return at::instance_norm(x, {}, {}, {}, {}, /*use_input_stats=*/true, 0.1, 1e-5, /*cudnn_enabled=*/false);
}

// Blurred by a Gaussian, down and then across, and stretched so that each map's peak stays as high.
Tensor blurred(const Tensor& maps) {
    const Tensor places = at::arange(-blur_radius, blur_radius + 1, at::kDouble);
    Tensor kernel = at::exp(places.square() * (-0.5 / (blur * blur)));
    kernel = kernel / kernel.sum();
    Tensor x = maps.unsqueeze(1);
    const std::array<int64_t, 2> down{blur_radius, 0}, across{0, blur_radius}, one{1, 1};
    x = at::conv2d(x.to(at::kDouble), kernel.view({1, 1, -1, 1}), {}, one, down).to(at::kFloat);
    x = at::conv2d(x.to(at::kDouble), kernel.view({1, 1, 1, -1}), {}, one, across).to(at::kFloat).squeeze(1);
    const Tensor before = maps.amax({1, 2}, /*keepdim=*/true), after = x.amax({1, 2}, /*keepdim=*/true);
    return at::where(after > 0, x * (before / after), x);
}

struct Shift {
    double x, y;
};

// From a cell to the top of the parabola through its neighbours. `log_map` has a margin of one cell.
Shift to_summit(const at::TensorAccessor<float, 2>& log_map, int64_t x, int64_t y) {
    const auto at_cell = [&](int64_t right, int64_t down) { return log_map[y + 1 + down][x + 1 + right]; };
    const float here = at_cell(0, 0), right = at_cell(1, 0), left = at_cell(-1, 0), below = at_cell(0, 1),
                above = at_cell(0, -1);
    const float dx = 0.5f * (right - left), dy = 0.5f * (below - above);
    const float xx = right - 2 * here + left, yy = below - 2 * here + above;
    const float xy = 0.5f * (at_cell(1, 1) - right - below + here + here - left - above + at_cell(-1, -1));
    constexpr double least = 1.1920928955078125e-07;  // keeps flat places from having none
    const double a = static_cast<double>(xx) + least, d = static_cast<double>(yy) + least, b = static_cast<double>(xy);
    const double determinant = a * d - b * b;
    return {.x = (d * static_cast<double>(dx) - b * static_cast<double>(dy)) / determinant,
            .y = (a * static_cast<double>(dy) - b * static_cast<double>(dx)) / determinant};
}

// A copy of the handle that puts the features it computes last, with so many channels, where `features` says.
Model with_eyes(const Model& model, int64_t channels, const std::shared_ptr<Tensor>& features) {
    return with_changed_options(model, [&](ModelOptions& options) {
        options.patches = NetworkPatches{};
        options.patches.output_block.push_back([channels, features](Features seen, const PatchPlace&) {
            if (seen.h.size(1) == channels) *features = seen.h.clone();
            return seen;
        });
    });
}

}  // namespace

HeatmapHead::HeatmapHead(const Weights& w)
    : widening_(w["deconv_layers.0.weight"]), inner_(w / "conv_layers" / 0), last_(w / "final_layer") {}

Tensor HeatmapHead::operator()(const Tensor& features) const {
    const Tensor x = at::silu(evened(at::conv_transpose2d(features, widening_.like(features), {}, 2, 1)));
    return last_(at::silu(evened(inner_(x))));
}

KeyPoints peaks_of(const Tensor& maps) {
    const int64_t height = maps.size(1), width = maps.size(2);
    const auto scale = [](int64_t pixels, int64_t cells) {
        return static_cast<float>(static_cast<double>(pixels - 1) / static_cast<double>(cells - 1));
    };
    const float scale_x = scale(width * 4, width), scale_y = scale(height * 4, height);
    const auto [scores, cells] = maps.flatten(1).max(1);
    const Tensor logs =
        at::replication_pad2d(blurred(maps).clamp(1e-3, 50.0).log().unsqueeze(1), {1, 1, 1, 1}).squeeze(1);
    const auto log_maps = logs.accessor<float, 3>();
    KeyPoints points;
    for (int64_t i = 0; i < maps.size(0); ++i) {
        const float score = scores[i].item<float>();
        if (score <= 0) {
            points.push_back({.x = -1, .y = -1, .score = score});
            continue;
        }
        const int64_t x = cells[i].item<int64_t>() % width, y = cells[i].item<int64_t>() / width;
        const Shift shift = to_summit(log_maps[i], x, y);
        points.push_back({.x = static_cast<float>(static_cast<double>(x) - shift.x) * scale_x,
                          .y = static_cast<float>(static_cast<double>(y) - shift.y) * scale_y,
                          .score = score});
    }
    return points;
}

std::vector<KeyPoints> find_key_points(const Model& model, const Vae& vae, const Conditioning& prompt,
                                       const Tensor& pixels) {
    const Weights head_weights = Weights(model.weights()) / "heatmap_head";
    if (head_weights.empty())
        throw NamedError("ValueError", "the model has no heatmap_head; load an SDPose checkpoint");
    const HeatmapHead head(head_weights);
    const bool shrinks = model_height <= pixels.size(1) && model_width <= pixels.size(2);
    const Tensor stretched = resize_image(pixels, model_width, model_height, shrinks ? "area" : "bilinear");

    // One step without noise, for what the network sees on its way.
    const auto features = std::make_shared<Tensor>();
    SampleRequest request{.steps = 1, .cfg = 1.0, .scheduler = "simple", .positive = prompt, .negative = prompt};
    request.latent.samples = vae.encode(stretched);
    request.disable_noise = true;
    sample(with_eyes(model, head.in_channels(), features), request);
    if (!features->defined()) throw NamedError("ValueError", "the model's blocks do not fit its heatmap_head");
    const Tensor maps = head(*features).to(at::kCPU, at::kFloat);

    const auto scale_x = static_cast<float>(static_cast<double>(model_width) / static_cast<double>(pixels.size(2)));
    const auto scale_y = static_cast<float>(static_cast<double>(model_height) / static_cast<double>(pixels.size(1)));
    std::vector<KeyPoints> bodies;
    for (int64_t i = 0; i < maps.size(0); ++i) {
        KeyPoints& points = bodies.emplace_back(peaks_of(maps[i].contiguous()));
        for (KeyPoint& point : points)
            if (point.x >= 0)
                point.x /= scale_x, point.y /= scale_y;
            else
                point.x = point.y = -1;
    }
    return bodies;
}

}  // namespace easel::inference
