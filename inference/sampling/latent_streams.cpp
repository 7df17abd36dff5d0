#include "inference/sampling/latent_streams.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>

namespace easel::inference {

StreamShapes stream_shapes(const LatentImage& latent) {
    if (latent.streams.empty()) return {};
    StreamShapes shapes{latent.samples.sizes().vec()};
    for (const LatentStream& stream : latent.streams)
        shapes.push_back(stream.samples.sizes().vec());
    return shapes;
}

Tensor pack_streams(const std::vector<Tensor>& tensors) {
    if (tensors.size() == 1) return tensors.front();
    std::vector<Tensor> rows;
    for (const Tensor& tensor : tensors)
        rows.push_back(tensor.reshape({tensor.size(0), 1, -1}));
    return at::cat(rows, -1);
}

std::vector<Tensor> unpack_streams(const Tensor& row, const StreamShapes& shapes) {
    if (shapes.size() < 2) return {row};
    std::vector<Tensor> tensors;
    int64_t start = 0;
    for (std::vector<int64_t> shape : shapes) {
        shape[0] = 1;
        const int64_t count = c10::multiply_integers(shape);
        shape[0] = row.size(0);
        tensors.push_back(row.narrow(-1, start, count).reshape(shape));
        start += count;
    }
    return tensors;
}

LatentImage with_samples(LatentImage latent, const std::vector<Tensor>& samples) {
    latent.samples = samples.front();
    for (std::size_t i = 0; i < latent.streams.size(); ++i)
        latent.streams[i].samples = samples[i + 1];
    return latent;
}

Tensor packed_mask(const LatentImage& latent) {
    const auto has_mask = [](const LatentStream& stream) { return stream.noise_mask.has_value(); };
    if (!latent.noise_mask && std::ranges::none_of(latent.streams, has_mask)) return {};
    const auto fitted = [](const std::optional<Tensor>& mask, const Tensor& samples) {
        return mask ? reshape_mask(mask->to(at::kFloat), samples.sizes()) : at::ones_like(samples, at::kFloat);
    };
    std::vector<Tensor> masks{fitted(latent.noise_mask, latent.samples)};
    for (const LatentStream& stream : latent.streams)
        masks.push_back(fitted(stream.noise_mask, stream.samples));
    return pack_streams(masks);
}

}  // namespace easel::inference
