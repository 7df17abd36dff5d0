#include "inference/models/wan/tracks/point_tracks.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <numeric>

namespace easel::inference::wan {
namespace {

constexpr int64_t moments = 121;  // 24 a second, of which the first stands alone
constexpr int64_t frames_together = 4;

}  // namespace

Tensor moments_of(const std::vector<Path>& points, int64_t width, int64_t height, int64_t frames) {
    const auto count = static_cast<int64_t>(points.size());
    if (count == 0) throw UserError("a list of tracks is empty");
    const Tensor table = at::zeros({moments, count, 3});
    auto at = table.accessor<float, 3>();
    for (int64_t point = 0; point < count; ++point) {
        const Path& path = points[static_cast<std::size_t>(point)];
        for (int64_t i = 0; i < std::min<int64_t>(moments, std::ssize(path)); ++i) {
            const auto& [x, y] = path[static_cast<std::size_t>(i)];
            at[i][point][0] = x;
            at[i][point][1] = y;
            at[i][point][2] = 1.0f;
        }
    }
    const auto shorter = static_cast<double>(std::min(width, height));
    const Tensor middle = at::tensor({static_cast<float>(width) / 2.0f, static_cast<float>(height) / 2.0f});
    const Tensor place = (table.slice(2, 0, 2) - middle) / shorter * 2.0;
    const Tensor visible = table.slice(2, 2, 3) * 2.0 - 1.0;
    const Tensor time = at::linspace(-1.0, 1.0, moments, at::kFloat).view({-1, 1, 1}).expand_as(visible);
    const Tensor all = at::cat({time, place, visible}, 2);
    // The 120 moments after the first for all frames after the first.
    const int64_t wanted = frames - 1, divisor = std::gcd(moments - 1, wanted);
    const Tensor later =
        all.slice(0, 1).repeat_interleave(wanted / divisor, 0).slice(0, 1, {}, (moments - 1) / divisor);
    return at::cat({all.slice(0, 0, 1), later});
}

CarriedFeatures carried(const Tensor& latent, const Tensor& tracks, double temperature, int64_t nearest) {
    const int64_t frames = latent.size(1), height = latent.size(2), width = latent.size(3), count = tracks.size(1);
    if (tracks.size(0) != (frames - 1) * frames_together + 1)
        throw UserError("a video along tracks needs a length that is one more than a multiple of four");
    const auto shorter = static_cast<double>(std::min(width, height));
    const double reach_x = static_cast<double>(width) / shorter, reach_y = static_cast<double>(height) / shorter;
    const Tensor place = tracks.slice(2, 1, 3), visible = tracks.slice(2, 3, 4).clamp(0, 1);

    // The four moments of each latent frame together.
    const Tensor seen = visible.slice(0, 1).unflatten(0, {-1, frames_together}).sum(1);  // [frames - 1, points, 1]
    const Tensor mean =
        (place.slice(0, 1) * visible.slice(0, 1)).unflatten(0, {-1, frames_together}).sum(1) / (seen + 1e-5);
    const Tensor xs = at::linspace(-reach_x, reach_x, width, at::kFloat).view({1, 1, width, 1});
    const Tensor ys = at::linspace(-reach_y, reach_y, height, at::kFloat).view({1, height, 1, 1});
    const auto from = [&](const Tensor& grid, int64_t axis) {
        return (mean.select(2, axis).view({frames - 1, 1, 1, count}) - grid).square();
    };
    const Tensor distance = from(xs, 0) + from(ys, 1);  // [frames - 1, h, w, points], squared
    const Tensor nearness = at::exp(-distance * temperature) * seen.clamp(0, 1).view({frames - 1, 1, 1, count});
    const auto [weight, index] = at::topk(nearness, std::min(nearest, count), -1);

    // What the first frame shows where the points start.
    const Tensor reach = at::tensor({static_cast<float>(reach_x), static_cast<float>(reach_y)});
    const Tensor start = (place.slice(0, 0, 1) / reach).clamp(-1, 1).unsqueeze(0);  // [1, 1, points, 2]
    constexpr int64_t bilinear = 0, zeros = 0;
    const Tensor features = at::grid_sampler_2d(latent.slice(1, 0, 1).transpose(0, 1), start, bilinear, zeros,
                                                /*align_corners=*/false)
                                .select(2, 0)
                                .select(0, 0)
                                .t();  // [points, channels]
    const Tensor chosen =
        features.index_select(0, index.flatten()).view({frames - 1, height, width, index.size(3), -1});
    const Tensor mixed = (chosen * weight.unsqueeze(-1)).sum(3).permute({3, 0, 1, 2});
    const Tensor total = weight.sum(-1);  // [frames - 1, h, w]
    const Tensor later = mixed + latent.slice(1, 1) * (1.0 - total.clamp(0, 1));
    const Tensor known = at::cat({at::ones({1, height, width}), total});
    return {.latent = at::cat({latent.slice(1, 0, 1), later}, 1),
            .weight = known.unsqueeze(0).expand({frames_together, -1, -1, -1})};
}

Tensor moved_features(const Tensor& latent, const PointTracks& tracks, int64_t width, int64_t height, double strength) {
    constexpr int64_t cell = 8;
    const Tensor path = tracks.path.slice(0, 0, {}, frames_together).contiguous();  // the first moment of each frame
    const Tensor visible =
        tracks.visibility.slice(0, 0, {}, frames_together).expand({path.size(0), path.size(1)}).contiguous();
    const auto places = path.accessor<float, 3>();
    const auto shown = visible.accessor<bool, 2>();
    const auto is_inside = [&](int64_t frame, int64_t point) {
        const float x = places[frame][point][0], y = places[frame][point][1];
        return shown[frame][point] && x >= 0.0f && y >= 0.0f && x < static_cast<float>(width) &&
               y < static_cast<float>(height);
    };
    // A point that is not seen at first brings the features of the last row or column, as a negative index does in
    // torch.
    const auto row = [&](int64_t frame, int64_t point) {
        return is_inside(frame, point) ? static_cast<int64_t>(places[frame][point][1]) / cell : latent.size(3) - 1;
    };
    const auto column = [&](int64_t frame, int64_t point) {
        return is_inside(frame, point) ? static_cast<int64_t>(places[frame][point][0]) / cell : latent.size(4) - 1;
    };
    const Tensor moved = latent.clone();
    const int64_t frames = std::min(path.size(0), latent.size(2));
    for (int64_t point = 0; point < path.size(1); ++point) {
        const Tensor source = latent.select(2, 0).select(2, row(0, point)).select(2, column(0, point));
        for (int64_t frame = 1; frame < frames; ++frame) {
            if (!is_inside(frame, point)) continue;
            const int64_t y = row(frame, point), x = column(frame, point);
            const Tensor before = latent.select(2, frame).select(2, y).select(2, x);
            moved.select(2, frame).select(2, y).select(2, x).copy_(before + (source - before) * strength);
        }
    }
    return moved;
}

}  // namespace easel::inference::wan
