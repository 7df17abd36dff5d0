#include "inference/guidance/spectrum.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

Tensor scaled_spectrum(const Tensor& x, const SpectrumScale& scale) {
    const std::vector<int64_t> plane{-2, -1};
    const Tensor spectrum = at::fft_fftshift(at::fft_fftn(x.to(at::kFloat), std::nullopt, plane), plane);
    const int64_t height = x.size(-2), width = x.size(-1);
    Tensor factors = at::full({height, width}, scale.outside, x.options().dtype(at::kFloat));
    factors.narrow(0, height / 2 - scale.half_height, 2 * scale.half_height)
        .narrow(1, width / 2 - scale.half_width, 2 * scale.half_width)
        .fill_(scale.inside);
    const Tensor filtered = at::fft_ifftn(at::fft_ifftshift(spectrum * factors, plane), std::nullopt, plane);
    return at::real(filtered).to(x.scalar_type());
}

}  // namespace easel::inference
