#include "inference/memory/compute.hpp"

#include <ATen/cpu/Utils.h>

namespace easel::inference {

bool has_fast_bfloat16() {
    static const bool fast = [] {
        for (const auto& [name, value] : at::cpu::get_cpu_capabilities())
            if ((name == "avx512_bf16" || name == "amx_bf16") && value.isBool() && value.toBool()) return true;
        return false;
    }();
    return fast;
}

std::optional<at::ScalarType> text_rounding(const ComputeOptions& options) {
    return options.text_encoder == at::kFloat ? std::nullopt : options.text_encoder;
}

at::ScalarType compute_dtype(ModelPart part, const ComputeOptions& options) {
    if (part == ModelPart::text_encoder || part == ModelPart::upscale_model) return at::kFloat;
    const auto& own = part == ModelPart::vae ? options.vae : options.diffusion_model;
    if (own) return *own;
    if (options.force_fp32) return at::kFloat;
    if (options.force_fp16) return at::kHalf;
    return has_fast_bfloat16() ? at::kBFloat16 : at::kFloat;
}

}  // namespace easel::inference
