#include "inference/memory/compute.hpp"

#include "inference/layers/products.hpp"

namespace easel::inference {

namespace {

// Whether nobody has said in which precision this part is to compute.
bool is_free(ModelPart part, const ComputeOptions& options) {
    if (part == ModelPart::text_encoder || part == ModelPart::upscale_model) return false;
    const auto& own = part == ModelPart::vae ? options.vae : options.diffusion_model;
    return !own && !options.force_fp32 && !options.force_fp16;
}

}  // namespace

std::optional<at::ScalarType> text_rounding(const ComputeOptions& options) {
    return options.text_encoder == at::kFloat ? std::nullopt : options.text_encoder;
}

at::ScalarType compute_dtype(ModelPart part, const ComputeOptions& options) {
    if (part == ModelPart::text_encoder || part == ModelPart::upscale_model) return at::kFloat;
    const auto& own = part == ModelPart::vae ? options.vae : options.diffusion_model;
    if (own) return *own;
    if (options.force_fp32) return at::kFloat;
    if (options.force_fp16) return at::kHalf;
    if (!options.device.is_cpu()) return at::kBFloat16;
    return fastest_products() == Products::bfloat16 ? at::kBFloat16 : at::kFloat;
}

bool half_products(ModelPart part, const ComputeOptions& options) {
    return is_free(part, options) && fastest_products() == Products::half;
}

}  // namespace easel::inference
