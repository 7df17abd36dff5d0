#include "inference/image/latent_operations.hpp"

namespace easel::inference {
namespace {

Tensor length(const Tensor& latent) { return at::linalg_vector_norm(latent, 2, {1}, /*keepdim=*/true); }

}  // namespace

Tensor gaussian_kernel(int64_t size, double sigma) {
    const Tensor line = at::linspace(-1, 1, size);
    const Tensor distance = at::sqrt(line.unsqueeze(1) * line.unsqueeze(1) + line * line);
    const Tensor bell = at::exp(-(distance * distance) / (2.0 * sigma * sigma));
    return bell / bell.sum();
}

LatentOperation tonemap_reinhard(double multiplier) {
    return [multiplier](const Tensor& latent) {
        const Tensor magnitude = length(latent) + 1e-10;
        std::vector<int64_t> all_but_batch;
        for (int64_t d = 1; d < magnitude.dim(); ++d)
            all_but_batch.push_back(d);
        const Tensor mean = magnitude.mean(all_but_batch, /*keepdim=*/true);
        const Tensor deviation = at::std(magnitude, all_but_batch, /*unbiased=*/true, /*keepdim=*/true);
        const Tensor top = (deviation * 5 + mean) * multiplier;
        const Tensor relative = magnitude * (1.0 / top);
        return latent / magnitude * (relative / (relative + 1.0) * top);
    };
}

LatentOperation sharpen(Sharpening sharpening) {
    return [sharpening](const Tensor& latent) {
        const Tensor luminance = length(latent) + 1e-6;
        const int64_t size = sharpening.radius * 2 + 1, middle = size / 2, channels = latent.size(1);
        Tensor kernel = gaussian_kernel(size, sharpening.sigma) * (sharpening.alpha * -10);
        kernel[middle][middle] += 1.0 - kernel.sum();

        const std::vector<int64_t> border(4, sharpening.radius);
        const Tensor padded = at::reflection_pad2d(latent / luminance, border);
        return luminance * at::conv2d(padded, kernel.repeat({channels, 1, 1}).unsqueeze(1), {}, 1,
                                      at::IntArrayRef{0, 0}, 1, channels);
    };
}

}  // namespace easel::inference
