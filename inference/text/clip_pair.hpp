// CLIP-L and CLIP-G reading the same prompt, as SDXL and Stable Diffusion 3 have them.
#pragma once

#include "inference/text/clip.hpp"

namespace easel::inference {

// How both of them read CLIP-G, and the refiner too.
constexpr ClipReading clip_g_reading{.name = "clip_g", .pad = 0, .layer = -2, .normalise_hidden = false};

// Whether a request words the prompts of both encoders. They are then made equally many chunks.
bool names_both_clips(const TextRequest& request);

// Fills the shorter of two prompts up with chunks of the empty prompt. (CLIPTextEncodeSDXL)
void even_out(const PromptFormat& first, std::vector<PromptChunk>& first_chunks, const PromptFormat& second,
              std::vector<PromptChunk>& second_chunks);

// Two outputs [1, tokens, dim] beside each other, as long as the shorter.
Tensor beside(const Tensor& left, const Tensor& right);

}  // namespace easel::inference
