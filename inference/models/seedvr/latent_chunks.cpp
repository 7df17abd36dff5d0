#include "inference/models/seedvr/latent_chunks.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <numbers>
#include <string>

namespace easel::inference::seedvr {
namespace {

// What sampling takes, as the reference has measured it: gibibytes for everything else, for the spread of measurements,
// and for each frame of a million pixels.
constexpr double reserve = 8.5 + 4 * 0.55, per_frame = 0.55;

void check(const std::vector<Tensor>& parts) {
    const Tensor& first = parts.front();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Tensor& part = parts[i];
        if (part.dim() != 5) throw NamedError("ValueError", "part " + std::to_string(i) + " is no latent of a video");
        if (part.size(0) != first.size(0) || part.size(1) != first.size(1) || part.size(3) != first.size(3) ||
            part.size(4) != first.size(4))
            throw NamedError("ValueError", "part " + std::to_string(i) + " has another size than the first");
        if (i + 1 < parts.size() && part.size(2) != first.size(2))
            throw NamedError("ValueError", "part " + std::to_string(i) + " has " + std::to_string(part.size(2)) +
                                               " frames and the first " + std::to_string(first.size(2)) +
                                               "; only the last may have fewer");
    }
}

}  // namespace

int64_t frames_that_fit(at::IntArrayRef latent, double free_bytes) {
    const double megapixels = static_cast<double>(latent[0] * latent[3] * latent[4]) * 64.0 / 1e6;
    const double budget = free_bytes / (1024.0 * 1024.0 * 1024.0) - reserve;
    const auto cells = std::max<int64_t>(1, static_cast<int64_t>(budget / (per_frame * megapixels)));
    return std::min(4 * (cells - 1) + 1, 4 * (latent[2] - 1) + 1);
}

std::vector<Tensor> split_frames(const Tensor& latent, int64_t length, int64_t overlap) {
    std::vector<Tensor> parts;
    const int64_t frames = latent.size(2);
    for (int64_t first = 0;; first += length - overlap) {
        const int64_t end = std::min(first + length, frames);
        parts.push_back(latent.slice(2, first, end).contiguous());
        if (end >= frames) return parts;
    }
}

Tensor join_frames(const std::vector<Tensor>& parts, int64_t overlap) {
    check(parts);
    if (overlap == 0) return at::cat(parts, 2);
    const int64_t length = parts.front().size(2), step = length - std::min(overlap, length - 1);
    Tensor joined = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const Tensor& part = parts[i];
        const int64_t first = static_cast<int64_t>(i) * step;
        const int64_t common = std::min(joined.size(2) - first, part.size(2));
        const Tensor place = (at::linspace(0.0, 1.0, common, part.options()) * 3.0 - 1.0).clamp(0, 1);
        const Tensor before = (0.5 + 0.5 * at::cos(place * std::numbers::pi)).view({1, 1, -1, 1, 1});
        const Tensor faded = joined.narrow(2, first, common) * before + part.narrow(2, 0, common) * (1.0 - before);
        joined = at::cat({joined.slice(2, 0, first), faded, part.slice(2, common)}, 2);
    }
    return joined;
}

}  // namespace easel::inference::seedvr
