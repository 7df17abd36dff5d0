// In which precision the parts of a model compute, from ComfyUI's flags and what the processor can do.
#pragma once

#include "inference/tensor.hpp"

#include <optional>

namespace easel::inference {

enum class ModelPart { diffusion_model, text_encoder, vae, upscale_model };

struct ComputeOptions {
    bool force_fp32 = false;  // --force-fp32: every part without a precision of its own
    bool force_fp16 = false;  // --force-fp16

    // --fp32-unet, --bf16-vae, --fp16-text-enc, ...: unset chooses.
    std::optional<at::ScalarType> diffusion_model;
    std::optional<at::ScalarType> text_encoder;
    std::optional<at::ScalarType> vae;

    at::Device device = at::kCPU;
};

// What a text encoder's weights are rounded to (--fp16-text-enc and the like); its arithmetic is float32 all the same.
std::optional<at::ScalarType> text_rounding(const ComputeOptions& options);

// The type of activations. Unless the options say otherwise: bfloat16 for diffusion models and VAEs where the processor
// multiplies that fastest (layers/products.hpp), else float32.
at::ScalarType compute_dtype(ModelPart part, const ComputeOptions& options);

// Whether the operands of products may be rounded to float16 on the way: for diffusion models and VAEs whose precision
// the options leave open, where the processor multiplies that fastest.
bool half_products(ModelPart part, const ComputeOptions& options);

}  // namespace easel::inference
