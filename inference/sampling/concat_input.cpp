#include "inference/sampling/concat_input.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference {
namespace {

Tensor fit(const Tensor& tensor, at::IntArrayRef shape) {
    const bool fits = tensor.sizes().slice(2) == shape.slice(2);
    return fits ? tensor : resize(tensor, shape[shape.size() - 1], shape[shape.size() - 2], "bilinear", Crop::center);
}

// A latent of mid-grey, which stands for the picture where nothing of it is given.
Tensor blank_picture(at::IntArrayRef shape) {
    constexpr std::array<float, 4> grey{0.8223f, -0.6876f, 0.6364f, 0.1380f};
    Tensor picture = at::ones(shape, at::kFloat);
    for (int64_t channel = 0; channel < std::min<int64_t>(shape[1], 4); ++channel)
        picture.select(1, channel).fill_(grey[static_cast<std::size_t>(channel)]);
    return picture;
}

Tensor mask_and_picture(const Condition& condition, const SamplingTarget& target) {
    const int64_t batch = target.shape[0];
    const std::optional<Tensor>& given = mask_of(condition, target);
    if (!given) {
        std::vector<int64_t> one_channel = target.shape.vec();
        one_channel[1] = 1;
        return at::cat({at::ones(one_channel, at::kFloat), blank_picture(target.shape)}, 1);
    }
    const Tensor picture =
        condition.concat_latent_image ? target.format->to_model(*condition.concat_latent_image) : target.latent;
    Tensor mask = *given;
    if (mask.dim() == static_cast<int64_t>(target.shape.size())) mask = mask.narrow(1, 0, 1);
    mask = mask.reshape({-1, 1, mask.size(-2), mask.size(-1)});
    const auto whole = [&](const Tensor& tensor) { return spread_to_batch(tensor, batch); };
    return at::cat({whole(fit(mask, target.shape).round()), whole(fit(picture, target.shape))}, 1);
}

Tensor picture_alone(const Condition& condition, const SamplingTarget& target) {
    if (!condition.concat_latent_image) return at::zeros(target.shape, at::kFloat);
    return spread_to_batch(fit(*condition.concat_latent_image, target.shape), target.shape[0]);
}

}  // namespace

const std::optional<Tensor>& mask_of(const Condition& condition, const SamplingTarget& target) {
    return condition.concat_mask ? condition.concat_mask : target.noise_mask;
}

Tensor spread_to_batch(const Tensor& tensor, int64_t batch) {
    const int64_t present = tensor.size(0);
    if (present == batch) return tensor;
    if (batch <= 1) return tensor.narrow(0, 0, batch);
    std::vector<int64_t> index;
    for (int64_t i = 0; i < batch; ++i) {
        const auto position = static_cast<double>(i);
        const double source =
            batch < present
                ? std::nearbyint(position * static_cast<double>(present - 1) / static_cast<double>(batch - 1))
                : std::floor((position + 0.5) * static_cast<double>(present) / static_cast<double>(batch));
        index.push_back(std::min(static_cast<int64_t>(source), present - 1));
    }
    return tensor.index_select(0, at::tensor(index));
}

Tensor concat_input(int64_t channels, const Condition& condition, const SamplingTarget& target) {
    const int64_t latent_channels = target.format->channels;
    if (channels == 0) return {};
    if (channels == latent_channels + 1) return mask_and_picture(condition, target);
    if (channels == latent_channels) return picture_alone(condition, target);
    throw ModelError("the diffusion model takes " + std::to_string(channels) +
                     " channels beside the latent, which no node can fill");
}

}  // namespace easel::inference
