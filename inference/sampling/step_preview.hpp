// Pictures of what each step of sampling has come to, in place of colours guessed from the latent.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/vae/preview.hpp"

#include <functional>
#include <optional>

namespace easel::inference {

// Attached to a model's options under `step_preview_name`. It gets the denoised latents as the sampler has them: a row
// where there are several streams. Nothing where there is no picture.
struct StepPreview : Attachment {
    std::function<std::optional<RgbPreview>(const Tensor& denoised)> picture;
    int longest_side = 512;  // that the picture is shown with
};

inline constexpr const char* step_preview_name = "step_preview";

}  // namespace easel::inference
