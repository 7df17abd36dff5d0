#include "inference/vision/moge/panorama.hpp"

#include "inference/vision/moge/sparse_solve.hpp"

#include <algorithm>
#include <numbers>
#include <utility>
#include <vector>

namespace easel::inference {
namespace moge {
namespace {

constexpr int64_t windows = 12;
constexpr int64_t coarsest_side = 256;
constexpr double least_distance = 1e-6;
constexpr double window_field = 90.0;  // degrees
constexpr double window_focal = 0.5;   // where a window's side is 1

// Where the windows look: the corners of an icosahedron. [12, 3]
Tensor window_centres() {
    constexpr float a = std::numbers::phi_v<float>;
    const std::vector<float> corners{0, 1,  a, 0,  -1, a, 0, 1, -a, 0, -1, -a, 1,  a, 0, -1, a, 0,
                                     1, -a, 0, -1, -a, 0, a, 0, 1,  a, 0,  -1, -a, 0, 1, -a, 0, -1};
    return at::tensor(corners).view({windows, 3});
}

// Rows are each window's axes: right, down and forward. [12, 3, 3]
Tensor window_axes() {
    const auto unit = [](const Tensor& x) { return x / x.norm(2, -1, /*keepdim=*/true); };
    const Tensor forward = unit(window_centres());
    const Tensor zenith = at::tensor({0.0f, 0.0f, 1.0f}).expand({windows, 3});
    const Tensor right = unit(at::linalg_cross(forward, zenith));
    return at::stack({right, at::linalg_cross(forward, right), forward}, 1);
}

// The middles of a picture's pixels as shares of it: [h, w, 2].
Tensor pixel_places(int64_t height, int64_t width) {
    const auto middles = [](int64_t count) {
        return (at::arange(count, at::kFloat) + 0.5) / static_cast<double>(count);
    };
    return at::stack({middles(width).expand({height, width}), middles(height).unsqueeze(1).expand({height, width})},
                     -1);
}

// Where directions [..., 3] lie in a panorama, as shares of it: [..., 2].
Tensor panorama_places(const Tensor& directions) {
    const Tensor unit = directions / directions.norm(2, -1, /*keepdim=*/true);
    const Tensor turns = at::atan2(unit.select(-1, 1), unit.select(-1, 0)) / (2.0 * std::numbers::pi);
    const Tensor down = unit.select(-1, 2).clamp(-1, 1).acos() / std::numbers::pi;
    return at::stack({1.0 - turns.remainder(1.0), down}, -1);
}

Tensor next_column(const Tensor& x) { return x.roll(-1, 1); }
Tensor with_first_column(const Tensor& x) { return at::cat({x, x.narrow(1, 0, 1)}, 1); }  // as it comes around
// What lies above and below; the first and last row lie beside themselves.
Tensor above(const Tensor& x) { return at::cat({x.narrow(0, 0, 1), x.slice(0, 0, -1)}); }
Tensor below(const Tensor& x) { return at::cat({x.slice(0, 1), x.narrow(0, x.size(0) - 1, 1)}); }

// Changes of a panorama [h, w] from pixel to pixel: to the right [h, w], downwards [h - 1, w + 1] (the first column
// counts twice), and how far each pixel is from the mean of its neighbours, [h, w].
struct Changes {
    Tensor across, down, bend;
};

Changes changes_of(const Tensor& x) {
    const Tensor around = with_first_column(x);
    return {.across = x - next_column(x),
            .down = around.slice(0, 0, -1) - around.slice(0, 1),
            .bend = above(x) + below(x) + x.roll(1, 1) + next_column(x) - x * 4.0};
}

// The transpose of changes_of.
Tensor from_changes(const Changes& changes) {
    Tensor x = changes.across - changes.across.roll(1, 1);
    Tensor columns = at::constant_pad_nd(changes.down, {0, 0, 0, 1}) - at::constant_pad_nd(changes.down, {0, 0, 1, 0});
    columns.narrow(1, 0, 1).add_(columns.narrow(1, x.size(1), 1));
    x = x + columns.slice(1, 0, x.size(1));
    const Tensor& bend = changes.bend;
    const int64_t last = bend.size(0) - 1;
    Tensor vertical =
        at::constant_pad_nd(bend.slice(0, 1), {0, 0, 0, 1}) + at::constant_pad_nd(bend.slice(0, 0, last), {0, 0, 1, 0});
    vertical.narrow(0, 0, 1).add_(bend.narrow(0, 0, 1));
    vertical.narrow(0, last, 1).add_(bend.narrow(0, last, 1));
    return x + vertical + bend.roll(1, 1) + next_column(bend) - bend * 4.0;
}

// Where a change is between pixels that all count.
Changes changes_that_count(const Tensor& mask) {
    const Tensor around = with_first_column(mask);
    return {.across = mask & next_column(mask),
            .down = around.slice(0, 0, -1) & around.slice(0, 1),
            .bend = mask & above(mask) & below(mask) & mask.roll(1, 1) & next_column(mask)};
}

// Values of `picture` [side, side] at `pixels` [h, w, 2] between its pixels. The sums are in float64.
Tensor sampled(const Tensor& picture, const Tensor& pixels) {
    const auto side = static_cast<double>(picture.size(0) - 1);
    const Tensor grid = (pixels.to(at::kDouble) / side * 2.0 - 1.0).unsqueeze(0);
    const Tensor whole = picture.to(at::kDouble).unsqueeze(0).unsqueeze(0);
    return at::grid_sampler_2d(whole, grid, 0, 1, /*align_corners=*/true)[0][0].to(at::kFloat);
}

Tensor nearest(const Tensor& picture, const Tensor& pixels) {
    const Tensor places = (pixels.to(at::kDouble) + 0.5).floor().to(at::kLong).clamp(0, picture.size(0) - 1);
    return picture.flatten()
        .index_select(0, (places.select(-1, 1) * picture.size(1) + places.select(-1, 0)).flatten())
        .view({pixels.size(0), pixels.size(1)});
}

// The mean over views of what counts in each: a sum and a number at a time.
struct Mean {
    Tensor sum, count;

    void add(const Tensor& values, const Tensor& counts) {
        const Tensor part = values * counts.to(values.scalar_type());
        sum = sum.defined() ? sum + part : part;
        count = count.defined() ? count + counts.to(at::kLong) : counts.to(at::kLong);
    }
    Tensor mask() const { return count > 0; }
    Tensor mean() const { return sum.to(at::kDouble) / count.to(at::kDouble).clamp_min(1e-3); }
};

struct Seen {
    Mean across, down, bend;
    Tensor covered;  // by any view
};

Seen seen_changes(const Tensor& distances, const Tensor& masks, int64_t height, int64_t width,
                  const std::function<void(int64_t)>& on_step) {
    const Tensor directions = panorama_directions(height, width);
    const Tensor axes = window_axes();
    Seen seen{.across = {}, .down = {}, .bend = {}, .covered = at::zeros({height, width}, at::kBool)};
    for (int64_t i = 0; i < windows; ++i) {
        const Tensor own = at::matmul(directions, axes[i].t());
        const Tensor ahead = own.select(-1, 2);
        const Tensor places =
            (own.slice(-1, 0, 2) * window_focal + ahead.unsqueeze(-1) * 0.5) / ahead.clamp_min(1e-12).unsqueeze(-1);
        const Tensor is_inside = (ahead > 0) & (places > 0).all(-1) & (places < 1).all(-1);
        const Tensor pixels = places.clamp(0, 1) * static_cast<double>(distances.size(2) - 1);
        const Tensor logs = at::where(is_inside, sampled(distances[i].clamp_min(least_distance).log(), pixels), 0.0);
        const Tensor counts = is_inside & nearest(masks[i], pixels);
        const Changes values = changes_of(logs), valid = changes_that_count(counts);
        seen.across.add(values.across, valid.across);
        seen.down.add(values.down, valid.down);
        seen.bend.add(values.bend, valid.bend);
        seen.covered |= counts;
        on_step(1);
    }
    return seen;
}

}  // namespace

Tensor panorama_directions(int64_t height, int64_t width) {
    const Tensor places = pixel_places(height, width);
    const Tensor turn = (1.0 - places.select(-1, 0)) * (2.0 * std::numbers::pi);
    const Tensor tilt = places.select(-1, 1) * std::numbers::pi;
    return at::stack({tilt.sin() * turn.cos(), tilt.sin() * turn.sin(), tilt.cos()}, -1);
}

Tensor panorama_views(const Tensor& panorama, int64_t side) {
    const Tensor places = (pixel_places(side, side) - 0.5) / window_focal;
    const Tensor rays = at::cat({places, at::ones({side, side, 1})}, -1);
    std::vector<Tensor> views;
    for (const Tensor& axes : window_axes().unbind()) {
        const Tensor grid = panorama_places(at::matmul(rays, axes)) * 2.0 - 1.0;
        views.push_back(
            at::grid_sampler_2d(panorama.unsqueeze(0), grid.unsqueeze(0), 0, 1, /*align_corners=*/false)[0]);
    }
    return at::stack(views);
}

PanoramaMap joined_views(const Tensor& distances, const Tensor& masks, int64_t height, int64_t width,
                         const std::function<void(int64_t)>& on_step) {
    Tensor start;
    int64_t effort = 1;
    if (std::max(height, width) > coarsest_side) {
        const Tensor coarse = joined_views(distances, masks, height / 2, width / 2, on_step).distance;
        const Tensor rough =
            at::upsample_bilinear2d(coarse.unsqueeze(0).unsqueeze(0), {height, width}, /*align_corners=*/false);
        start = rough.clamp_min(least_distance).log().flatten();
        for (int64_t side = std::max(height, width); side > coarsest_side; side /= 2)
            effort *= 4;
    }
    const Seen seen = seen_changes(distances, masks, height, width, on_step);
    const Changes counts{.across = seen.across.mask(), .down = seen.down.mask(), .bend = seen.bend.mask()};
    const std::vector<int64_t> sizes{height * width, (height - 1) * (width + 1), height * width};
    const auto counted = [&](const Changes& changes) {
        return at::cat({(changes.across * counts.across).flatten(), (changes.down * counts.down).flatten(),
                        (changes.bend * counts.bend).flatten()});
    };
    const LinearMap map{.forward =
                            [&](const Tensor& x) {
                                return counted(changes_of(x.view({height, width})));
                            },
                        .backward =
                            [&](const Tensor& y) {
                                const auto parts = y.split_with_sizes(sizes);
                                return from_changes({.across = parts[0].view({height, width}) * counts.across,
                                                     .down = parts[1].view({height - 1, width + 1}) * counts.down,
                                                     .bend = parts[2].view({height, width}) * counts.bend})
                                    .flatten();
                            },
                        .rows = counted({.across = at::ones_like(counts.across, at::kLong),
                                         .down = at::ones_like(counts.down, at::kLong),
                                         .bend = at::ones_like(counts.bend, at::kLong)})
                                    .sum()
                                    .item<int64_t>()};
    const Tensor right = counted({.across = seen.across.mean(), .down = seen.down.mean(), .bend = seen.bend.mean()});
    const Tensor logs = sparse_least_squares(map, right, start);
    on_step(effort);
    return {.distance = logs.exp().view({height, width}).to(at::kFloat), .mask = seen.covered};
}

}  // namespace moge

PointGeometry look_around(const Moge& model, const Tensor& image, const PanoramaRequest& request) {
    const int64_t height = image.size(1), width = image.size(2);
    const double shrink =
        std::min(static_cast<double>(request.merged_side) / static_cast<double>(std::max(height, width)), 1.0);
    constexpr int64_t smallest = 32;
    const auto shrunk = [&](int64_t side) {
        return std::max(static_cast<int64_t>(static_cast<double>(side) * shrink), smallest);
    };
    const int64_t merged_height = shrunk(height), merged_width = shrunk(width);
    int64_t total = moge::windows, done = 0, effort = 1;
    for (int64_t side = std::max(merged_height, merged_width);; side /= 2, effort *= 4) {
        total += moge::windows + effort;
        if (side <= moge::coarsest_side) break;
    }
    const auto advance = [&](int64_t steps) {
        done += steps;
        if (request.progress) request.progress(done, total);
    };

    // The scales of single views do not fit each other; what they show changes alike.
    const Tensor views = moge::panorama_views(image[0].movedim(-1, 0).to(at::kCPU, at::kFloat), request.view_side);
    std::vector<Tensor> distances, masks;
    for (int64_t first = 0; first < moge::windows; first += request.views_at_once) {
        const int64_t count = std::min(request.views_at_once, moge::windows - first);
        const PointGeometry seen =
            model.look(views.narrow(0, first, count).movedim(1, -1), {.detail = request.detail,
                                                                      .field_of_view = moge::window_field,
                                                                      .applies_mask = false,
                                                                      .applies_scale = false});
        distances.push_back(seen.points.norm(2, -1));
        masks.push_back(seen.mask);
        advance(count);
    }
    auto [distance, mask] =
        moge::joined_views(at::cat(distances), at::cat(masks), merged_height, merged_width, advance);
    if (merged_height != height || merged_width != width) {
        const auto whole = [](const Tensor& x) { return x.to(at::kFloat).unsqueeze(0).unsqueeze(0); };
        distance = at::upsample_bilinear2d(whole(distance), {height, width}, /*align_corners=*/false)[0][0];
        mask = at::upsample_nearest2d(whole(mask), {height, width})[0][0] > 0;
    }
    // What no view told anything of lies far behind the rest.
    if (mask.any().item<bool>() && !mask.all().item<bool>()) {
        constexpr double far = 5.0, share = 0.95;
        distance = at::where(mask, distance, at::quantile(distance.masked_select(mask), share) * far);
    }
    const Tensor directions = moge::panorama_directions(height, width);
    return {.points = (directions * distance.unsqueeze(-1)).unsqueeze(0),
            .depth = distance.unsqueeze(0),
            .intrinsics = {},
            .mask = mask.unsqueeze(0),
            .normals = {},
            .image = image};
}

}  // namespace easel::inference
