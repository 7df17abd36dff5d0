#include "inference/upscale/architectures.hpp"

#include "inference/upscale/compact.hpp"
#include "inference/upscale/esrgan.hpp"
#include "inference/upscale/hat.hpp"
#include "inference/upscale/plksr.hpp"
#include "inference/upscale/span.hpp"
#include "inference/upscale/swinir.hpp"

#include <array>

namespace easel::inference {

std::span<const UpscaleArchitecture> upscale_architectures() {
    static const std::array architectures{esrgan_architecture(), compact_architecture(), span_architecture(),
                                          plksr_architecture(),  swinir_architecture(),  hat_architecture()};
    return architectures;
}

}  // namespace easel::inference
