#include "inference/vision/optical_flow/warped_noise.hpp"

#include "inference/sampling/noise.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace easel::inference {
namespace {

constexpr double frame_scale = 0.5;   // at which motion is looked for
constexpr int64_t noise_scale = 8;    // cells of noise for each pixel of such a frame
constexpr int64_t cells_to_one = 32;  // that become one of the result

// Noise [channels, h, w], and how much each cell of it has come to count [1, h, w].
struct NoiseField {
    Tensor noise, weight;
};

Tensor normal(at::IntArrayRef shape, at::Generator& generator) {
    return at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat).device(at::kCPU));
}

// Cells with the same noise become independent again: their common value is spread over them, and noise whose mean is
// zero comes on top. Returns how many cells each shared its value with, too.
std::pair<Tensor, Tensor> made_independent(const Tensor& noise, at::Generator& generator) {
    const int64_t channels = noise.size(0);
    const auto [values, group, counts] = at::_unique2(noise.select(0, 0).flatten(), true, true, true);
    const Tensor fresh = normal(noise.sizes(), generator).flatten(1);
    const Tensor sums = at::zeros({channels, values.size(0)}).scatter_add_(1, group.expand({channels, -1}), fresh);
    const Tensor own = fresh - (sums / counts).index_select(1, group);
    const Tensor shared = counts.index_select(0, group).to(at::kFloat).view({1, noise.size(1), noise.size(2)});
    return {noise / shared.sqrt() + own.view(noise.sizes()), shared};
}

// What each cell finds where `flow` says that it came from; nothing comes from beyond the edge.
NoiseField pulled(const NoiseField& field, const Tensor& flow, const Tensor& x, const Tensor& y) {
    const auto share = [](const Tensor& place, int64_t size) {
        return place / static_cast<double>(size - 1) * 2.0 - 1.0;
    };
    const Tensor grid = at::stack({share(x - flow[0], flow.size(2)), share(y - flow[1], flow.size(1))}, -1);
    const Tensor all = at::cat({field.weight, field.noise}).unsqueeze(0);
    const Tensor found = at::grid_sampler(all, grid.unsqueeze(0), /*nearest*/ 1, /*zeros*/ 0, true).squeeze(0);
    const Tensor weight = found.narrow(0, 0, 1);
    return {.noise = found.slice(0, 1), .weight = at::where(weight == 0.0, 1.0, weight)};
}

// Sums of what arrives at each cell: [rows, h, w] for values of such a shape.
class Arrivals {
public:
    Arrivals(const Tensor& x, const Tensor& y, int64_t height, int64_t width) {
        const Tensor inside = (x >= 0) & (x < width) & (y >= 0) & (y < height);
        kept_ = inside.flatten().nonzero().squeeze(1);
        target_ = (y * width + x).flatten().index_select(0, kept_);
    }

    Tensor operator()(const Tensor& values) const {
        const Tensor sent = values.flatten(1).index_select(1, kept_);
        return at::zeros({values.size(0), values[0].numel()})
            .scatter_add_(1, target_.expand(sent.sizes()), sent)
            .view(values.sizes());
    }

private:
    Tensor kept_, target_;
};

// `field` moved by `flow` [2, h, w]: cells go where it takes them, and those that none reaches look back.
NoiseField moved(const NoiseField& field, const Tensor& flow, at::Generator& generator) {
    const int64_t height = flow.size(1), width = flow.size(2);
    const Tensor x = at::arange(width, at::kFloat).expand({height, width});
    const Tensor y = at::arange(height, at::kFloat).unsqueeze(1).expand({height, width});
    const Tensor to_x = (x + flow[0]).round(), to_y = (y + flow[1]).round();
    const Tensor stays_inside = (to_x >= 0) & (to_x < width) & (to_y >= 0) & (to_y < height);
    const Tensor step = at::where(stays_inside, flow.round(), 0.0).to(at::kLong);
    const Arrivals arrivals(step[0] + x.to(at::kLong), step[1] + y.to(at::kLong), height, width);
    const Tensor reached = arrivals(at::ones({1, height, width})) > 0.0;

    // Cells that leave stay where they are without noise.
    const NoiseField back = pulled(field, flow, x, y);
    const Tensor noise = at::cat({at::where(stays_inside, field.noise, 0.0), at::where(reached, 0.0, back.noise)}, 2);
    const Tensor weight =
        at::cat({at::where(stays_inside, field.weight, 1.0), at::where(reached, 1.0, back.weight)}, 2);
    const auto [independent, shared] = made_independent(noise, generator);
    const Tensor divided = weight / shared;

    const Tensor sent = independent.slice(2, 0, width), sent_weight = divided.slice(2, 0, width);
    const Tensor mixed = arrivals(sent * sent_weight) / arrivals(sent_weight.square()).sqrt();
    const Tensor counts = at::where(reached, arrivals(sent_weight), divided.slice(2, width));
    // Weights keep the mean 1, and creep towards it.
    return {.noise = at::where(reached, mixed, independent.slice(2, width)),
            .weight = (counts / counts.mean() + 1e-5).pow(0.9999)};
}

Tensor as_seen(const Tensor& video) {
    const Tensor bytes = (video.slice(-1, 0, 3).clamp(0, 1) * 255.0).to(at::kByte);
    const Tensor frames = bytes.movedim(-1, 1).to(at::kFloat) / 255.0;
    const auto scaled = [](int64_t side) {
        return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(side) * frame_scale));
    };
    return at::adaptive_avg_pool2d(frames, {scaled(frames.size(2)), scaled(frames.size(3))});
}

}  // namespace

Tensor warped_noise(const Raft& flow, const Tensor& video, int64_t channels, uint64_t seed,
                    const std::function<void(int64_t done, int64_t total)>& on_frame) {
    const Tensor frames = as_seen(video);
    const int64_t count = frames.size(0), frame_height = frames.size(2), frame_width = frames.size(3);
    const int64_t height = frame_height * noise_scale, width = frame_width * noise_scale;
    at::Generator generator = seeded_generator(seed);
    NoiseField field{.noise = normal({channels, height, width}, generator), .weight = at::ones({1, height, width})};
    std::vector<Tensor> made;
    for (int64_t i = 0; i < count; ++i) {
        if (i > 0) {
            Tensor motion =
                at::upsample_bilinear2d(flow(frames[i - 1], frames[i]).unsqueeze(0), {height, width}, false);
            field = moved(field, motion.squeeze(0) * static_cast<double>(noise_scale), generator);
        }
        const Tensor means = at::adaptive_avg_pool2d(
            field.noise, {std::max<int64_t>(1, height / cells_to_one), std::max<int64_t>(1, width / cells_to_one)});
        made.push_back(means * static_cast<double>(cells_to_one));
        on_frame(i + 1, count);
    }
    return at::stack(made);
}

}  // namespace easel::inference
