#include "inference/splat/rasterizer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t rows_worth_a_thread = 16;
constexpr float faintest_form = 40.0f;  // beyond this Mahalanobis distance (squared) nothing is seen
constexpr float most_opaque = 0.999f;
constexpr int64_t slabs_between_checks = 8;
constexpr float hidden = 1e-3f;     // a slab that shows less than this lies behind something
constexpr int64_t most_hidden = 2;  // so many checks say so one after the other, then what follows is left out

// What the Gaussians of one slab add up to at a pixel.
struct PixelSums {
    float alpha = 0;      // of opacities
    float thickness = 0;  // of -ln(1 - opacity)
    float weight = 0;     // of opacities to the power of `sharpen`
    std::array<float, 3> color{};
    float depth = 0;
    std::array<float, 3> normal{};
};

class Canvas {
public:
    explicit Canvas(const Screen& screen)
        : screen_(screen), rays_x_(rays(screen.width)), rays_y_(rays(screen.height)),
          sums_(static_cast<std::size_t>(screen.width * screen.height)),
          result_{.color = at::zeros({screen.height, screen.width, 3}),
                  .depth = at::zeros({screen.height, screen.width}),
                  .normal = at::zeros({screen.height, screen.width, 3}),
                  .transmittance = at::ones({screen.height, screen.width})} {}

    const Composite& result() const { return result_; }

    // Adds the slab to rows [first, last). Returns the most that it shows at any pixel of them.
    float add(const Footprint* begin, const Footprint* end, int64_t first, int64_t last) {
        std::vector<float> forms(static_cast<std::size_t>(screen_.width));
        for (const Footprint* footprint = begin; footprint != end; ++footprint)
            splat(*footprint, first, last, forms.data());
        return blend(first, last);
    }

private:
    // Where the pixels of one axis look to: the part of a ray across the line of sight.
    std::vector<float> rays(int64_t pixels) const {
        const auto middle = static_cast<float>(static_cast<double>(pixels) / 2.0);
        std::vector<float> directions(static_cast<std::size_t>(pixels));
        for (std::size_t i = 0; i < directions.size(); ++i)
            directions[i] = (static_cast<float>(i) - middle) / screen_.scale;
        return directions;
    }

    // The squared Mahalanobis distance of each ray of the row from the Gaussian, pixels [left, right].
    void perspective_forms(const Footprint& g, int64_t row, int64_t left, int64_t right, float* forms) const {
        const float dy = rays_y_[static_cast<std::size_t>(row)];
        const float* rays = rays_x_.data();
        const float along_y = dy * (g.yz2 + g.yy * dy);
        for (int64_t x = left; x <= right; ++x) {
            const float dx = rays[x];
            const float ray = g.zz + dx * (g.xz2 + g.xx * dx) + along_y + g.xy2 * dx * dy;
            const float towards = g.weighted[2] + dx * g.weighted[0] + dy * g.weighted[1];
            forms[x] = std::max(g.squared - towards * towards / std::max(ray, 1e-12f), 0.0f);
        }
    }

    void parallel_forms(const Footprint& g, int64_t row, int64_t left, int64_t right, float* forms) const {
        const float ry = rays_y_[static_cast<std::size_t>(row)] - g.center[1], rz = -g.center[2];
        const float* rays = rays_x_.data();
        const float zz = g.zz * rz, along = std::max(g.zz, 1e-12f);
        for (int64_t x = left; x <= right; ++x) {
            const float rx = rays[x] - g.center[0];
            const float across = g.xz2 * rz + g.xx * rx + g.xy2 * ry;
            const float whole = zz * rz + rx * across + ry * (g.yz2 * rz + g.yy * ry);
            const float towards = zz + g.xz2 * 0.5f * rx + g.yz2 * 0.5f * ry;
            forms[x] = std::max(whole - towards * towards / along, 0.0f);
        }
    }

    void splat(const Footprint& g, int64_t first, int64_t last, float* forms) {
        const auto reach = static_cast<float>(g.reach);
        const bool is_seen = g.x + reach >= 0 && g.x - reach < static_cast<float>(screen_.width) &&
                             g.y + reach >= static_cast<float>(first) && g.y - reach < static_cast<float>(last);
        if (!is_seen) return;
        const auto x = static_cast<int64_t>(g.x), y = static_cast<int64_t>(g.y);
        const int64_t left = std::max<int64_t>(0, x - g.reach), right = std::min(screen_.width - 1, x + g.reach);
        const int64_t bottom = std::min(last - 1, y + g.reach);
        for (int64_t row = std::max(first, y - g.reach); row <= bottom; ++row) {
            if (screen_.is_orthographic)
                parallel_forms(g, row, left, right, forms);
            else
                perspective_forms(g, row, left, right, forms);
            PixelSums* sums = sums_.data() + row * screen_.width;
            for (int64_t column = left; column <= right; ++column)
                if (forms[column] < faintest_form) add_to(sums[column], g, forms[column]);
        }
    }

    void add_to(PixelSums& sums, const Footprint& g, float form) const {
        const float alpha = std::min(g.opacity * std::exp(-0.5f * form), most_opaque);
        const float weight = screen_.sharpen == 1.0   ? alpha
                             : screen_.sharpen == 2.0 ? alpha * alpha
                                                      : std::pow(alpha, static_cast<float>(screen_.sharpen));
        sums.alpha += alpha;
        sums.thickness -= std::log1p(-alpha);
        sums.weight += weight;
        sums.depth += alpha * g.center[2];
        for (std::size_t i = 0; i < 3; ++i) {
            sums.color[i] += weight * g.color[i];
            sums.normal[i] += alpha * g.normal[i];
        }
    }

    // Puts the slab behind what the rows show already, and empties it.
    float blend(int64_t first, int64_t last) {
        auto* color = result_.color.mutable_data_ptr<float>();
        auto* depth = result_.depth.mutable_data_ptr<float>();
        auto* normal = result_.normal.mutable_data_ptr<float>();
        auto* left = result_.transmittance.mutable_data_ptr<float>();
        float most = 0;
        for (int64_t i = first * screen_.width; i < last * screen_.width; ++i) {
            PixelSums& sums = sums_[static_cast<std::size_t>(i)];
            if (sums.thickness == 0) continue;
            const float covered = 1 - std::exp(-sums.thickness), shown = left[i] * covered;
            const float alpha = std::max(sums.alpha, 1e-8f), weight = std::max(sums.weight, 1e-8f);
            depth[i] += shown * (sums.depth / alpha);
            for (std::size_t c = 0; c < 3; ++c) {
                const auto place = static_cast<std::size_t>(3 * i) + c;
                color[place] += shown * (sums.color[c] / weight);
                normal[place] += shown * (sums.normal[c] / alpha);
            }
            left[i] *= 1 - covered;
            most = std::max(most, shown);
            sums = {};
        }
        return most;
    }

    const Screen& screen_;
    std::vector<float> rays_x_, rays_y_;
    std::vector<PixelSums> sums_;
    Composite result_;
};

}  // namespace

Composite composited(const std::vector<Footprint>& footprints, const std::vector<int64_t>& slabs,
                     const Screen& screen) {
    Canvas canvas(screen);
    const auto count = static_cast<int64_t>(slabs.size()) - 1;
    int64_t in_a_row = 0;
    for (int64_t begin = 0; begin < count; begin += slabs_between_checks) {
        const int64_t end = std::min(count, begin + slabs_between_checks);
        std::vector<float> shown(static_cast<std::size_t>(screen.height), 0.0f);  // by the last slab
        at::parallel_for(0, screen.height, rows_worth_a_thread, [&](int64_t first, int64_t last) {
            float most = 0;
            for (int64_t slab = begin; slab < end; ++slab) {
                const auto place = static_cast<std::size_t>(slab);
                most = canvas.add(footprints.data() + slabs[place], footprints.data() + slabs[place + 1], first, last);
            }
            shown[static_cast<std::size_t>(first)] = most;
        });
        const auto last = static_cast<std::size_t>(end);
        if (end - begin < slabs_between_checks || slabs[last - 1] == slabs[last]) continue;
        in_a_row = *std::ranges::max_element(shown) < hidden ? in_a_row + 1 : 0;
        if (in_a_row >= most_hidden) break;
    }
    return canvas.result();
}

}  // namespace easel::inference
