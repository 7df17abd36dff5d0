#include "inference/vae/preview.hpp"

namespace easel::inference {

std::optional<RgbPreview> latent_preview(const LatentFormat& format, const Tensor& latent) {
    Tensor first = latent.dim() == 5 ? latent[0].select(1, 0) : latent[0];  // [channels, height, width]
    if (format.preview_patch > 1) first = at::pixel_shuffle(first, format.preview_patch);
    if (format.rgb_factors.empty() || first.size(0) != static_cast<int64_t>(format.rgb_factors.size())) return {};

    const Tensor factors = at::empty({first.size(0), 3}, at::kFloat);
    auto table = factors.accessor<float, 2>();
    for (int64_t channel = 0; channel < first.size(0); ++channel)
        for (int64_t colour = 0; colour < 3; ++colour)
            table[channel][colour] = static_cast<float>(
                format.rgb_factors[static_cast<std::size_t>(channel)][static_cast<std::size_t>(colour)]);
    const Tensor bias = at::tensor(at::ArrayRef<double>(format.rgb_bias), at::kFloat);

    const Tensor cells = first.movedim(0, -1).to(at::kCPU, at::kFloat);
    const Tensor colours = (at::matmul(cells, factors) + bias + 1.0) / 2.0;  // -1..1 becomes 0..1
    const Tensor bytes = (colours.clamp(0, 1) * 255.0).to(at::kByte).contiguous();
    const auto* begin = bytes.const_data_ptr<std::uint8_t>();
    return RgbPreview{.width = static_cast<int>(bytes.size(1)),
                      .height = static_cast<int>(bytes.size(0)),
                      .pixels = {begin, begin + bytes.numel()}};
}

}  // namespace easel::inference
