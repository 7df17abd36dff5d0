#include "inference/image/lanczos.hpp"

#include "inference/image/alpha_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace easel::inference {
namespace {

constexpr int precision = 22;  // bits behind the point of a weight
constexpr double lobes = 3.0;

double sinc(double x) {
    if (x == 0.0) return 1.0;
    x *= M_PI;
    return std::sin(x) / x;
}

double lanczos(double x) { return -lobes <= x && x < lobes ? sinc(x) * sinc(x / lobes) : 0.0; }

// The source cells that one result cell is made from, and their weights in fixed point.
struct Window {
    int64_t first = 0;
    std::vector<int> weights;
};

std::vector<Window> windows(int64_t length_old, int64_t length_new) {
    const double scale = static_cast<double>(length_old) / static_cast<double>(length_new);
    const double stretch = std::max(scale, 1.0), support = lobes * stretch;
    std::vector<Window> result(static_cast<std::size_t>(length_new));
    for (int64_t i = 0; i < length_new; ++i) {
        const double centre = (static_cast<double>(i) + 0.5) * scale;
        const auto first = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
        const auto last = std::min(static_cast<int64_t>(centre + support + 0.5), length_old);
        std::vector<double> shares;
        double sum = 0.0;
        for (int64_t k = first; k < last; ++k) {
            shares.push_back(lanczos((static_cast<double>(k) - centre + 0.5) * (1.0 / stretch)));
            sum += shares.back();
        }
        Window& window = result[static_cast<std::size_t>(i)];
        window.first = first;
        for (double share : shares) {
            const double fixed = (sum == 0.0 ? share : share / sum) * (1 << precision);
            window.weights.push_back(static_cast<int>(fixed < 0.0 ? fixed - 0.5 : fixed + 0.5));
        }
    }
    return result;
}

uint8_t to_byte(int fixed) { return static_cast<uint8_t>(std::clamp(fixed >> precision, 0, 255)); }

// Resizes the middle dimension of `from` [outer, length, inner].
Tensor resize_middle(const Tensor& from, int64_t length_new) {
    const int64_t outer = from.size(0), length = from.size(1), inner = from.size(2);
    if (length == length_new) return from;
    const Tensor to = at::empty({outer, length_new, inner}, from.options());
    const auto* source = from.const_data_ptr<uint8_t>();
    auto* target = to.mutable_data_ptr<uint8_t>();
    const std::vector<Window> all = windows(length, length_new);
    std::vector<int> sums(static_cast<std::size_t>(inner));
    for (int64_t o = 0; o < outer; ++o) {
        for (const Window& window : all) {
            std::fill(sums.begin(), sums.end(), 1 << (precision - 1));
            const uint8_t* cell = source + (o * length + window.first) * inner;
            for (int weight : window.weights)
                for (int& sum : sums)
                    sum += *cell++ * weight;
            for (int sum : sums)
                *target++ = to_byte(sum);
        }
    }
    return to;
}

}  // namespace

Tensor lanczos_of_bytes(const Tensor& bytes, int64_t width, int64_t height) {
    const int64_t batch = bytes.size(0), h = bytes.size(1), w = bytes.size(2), channels = bytes.size(3);
    if (h == height && w == width) return bytes;
    const bool has_alpha = channels == 2 || channels == 4;
    Tensor resized = (has_alpha ? premultiplied(bytes) : bytes).contiguous();
    resized = resize_middle(resized.reshape({batch * h, w, channels}), width);
    resized = resize_middle(resized.reshape({batch, h, width * channels}), height);
    resized = resized.reshape({batch, height, width, channels});
    return has_alpha ? unpremultiplied(resized) : resized;
}

Tensor lanczos_through_bytes(const Tensor& samples, int64_t width, int64_t height) {
    const Tensor bytes = (samples.movedim(1, -1).to(at::kCPU, at::kFloat) * 255.0).clamp(0, 255).to(at::kByte);
    const Tensor resized = lanczos_of_bytes(bytes.contiguous(), width, height);
    return (resized.to(at::kFloat) / 255.0).movedim(-1, 1).to(samples.options());
}

}  // namespace easel::inference
