#include "inference/sampling/latent_batch.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>
#include <numeric>

namespace easel::inference {
namespace {

std::vector<int64_t> places(const LatentImage& latent) {
    if (latent.batch_index) return *latent.batch_index;
    std::vector<int64_t> all(static_cast<std::size_t>(latent.samples.size(0)));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

Tensor repeat_first_dimension(const Tensor& tensor, int64_t amount) {
    std::vector<int64_t> times(static_cast<std::size_t>(tensor.dim()), 1);
    times.front() = amount;
    return tensor.repeat(times);
}

Tensor resized_like(const Tensor& samples, const Tensor& like) {
    if (samples.sizes().slice(1) == like.sizes().slice(1)) return samples;
    return resize(samples, like.size(-1), like.size(-2), "bilinear", Crop::center);
}

}  // namespace

LatentImage take(const LatentImage& latent, int64_t first, int64_t length) {
    const int64_t batch = latent.samples.size(0);
    const int64_t from = std::clamp<int64_t>(first < 0 ? first + batch : first, 0, batch - 1);
    const int64_t to = from + std::min(batch - from, length);
    LatentImage taken = latent;
    taken.samples = latent.samples.slice(0, from, to).clone();
    if (latent.noise_mask && latent.noise_mask->size(0) > 1)
        taken.noise_mask =
            repeat_to_batch(*latent.noise_mask, std::max(batch, latent.noise_mask->size(0))).slice(0, from, to).clone();
    const std::vector<int64_t> all = places(latent);
    const auto end = std::min<std::size_t>(static_cast<std::size_t>(to), all.size());
    const auto begin = std::min<std::size_t>(static_cast<std::size_t>(from), end);
    taken.batch_index.emplace(all.begin() + static_cast<std::ptrdiff_t>(begin),
                              all.begin() + static_cast<std::ptrdiff_t>(end));
    return taken;
}

LatentImage repeat(const LatentImage& latent, int64_t amount) {
    LatentImage repeated = latent;
    repeated.samples = repeat_first_dimension(latent.samples, amount);
    if (latent.noise_mask && latent.noise_mask->size(0) > 1)
        repeated.noise_mask = repeat_first_dimension(*latent.noise_mask, amount);
    if (latent.batch_index && !latent.batch_index->empty()) {
        const auto [least, greatest] = std::minmax_element(latent.batch_index->begin(), latent.batch_index->end());
        const int64_t span = *greatest - *least + 1;
        for (int64_t round = 1; round < amount; ++round)
            for (int64_t place : *latent.batch_index)
                repeated.batch_index->push_back(place + round * span);
    }
    return repeated;
}

LatentImage join(const LatentImage& first, const LatentImage& second) {
    LatentImage joined = first;
    joined.samples = at::cat({first.samples, resized_like(second.samples, first.samples)}, 0);
    std::vector<int64_t> all = places(first);
    const std::vector<int64_t> more = places(second);
    all.insert(all.end(), more.begin(), more.end());
    joined.batch_index = std::move(all);
    return joined;
}

Tensor fit(const Tensor& samples, const Tensor& like) {
    return repeat_to_batch(resized_like(samples, like), like.size(0));
}

Tensor interpolate(const Tensor& first, const Tensor& second, double ratio) {
    // The norms keep no channel dimension, so they broadcast over the batch from the right, as in the reference.
    const auto length = [](const Tensor& t) { return at::linalg_vector_norm(t, 2, {1}); };
    const Tensor first_length = length(first), second_length = length(second);
    const Tensor mixed =
        at::nan_to_num(first / first_length) * ratio + at::nan_to_num(second / second_length) * (1.0 - ratio);
    return at::nan_to_num(mixed / length(mixed)) * (first_length * ratio + second_length * (1.0 - ratio));
}

}  // namespace easel::inference
