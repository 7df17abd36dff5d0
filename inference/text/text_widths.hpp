// How wide the outputs of CLIP-L, CLIP-G and T5-XXL are, for families that leave room for those that are absent.
#pragma once

#include "inference/weights/weights.hpp"

#include <cstdint>

namespace easel::inference {

struct TextWidths {
    int64_t l = 768, g = 1280, t5 = 4096;
    bool small = false;  // whether the encoders are the small ones for tests

    int64_t llama() const { return small ? 160 : 4096; }
};

// `w` has the parts `clip_l`, `clip_g` and `t5xxl`, or some of them. What is absent is as wide as in the published
// models, unless the first that is present is a small one: then as wide as in the small models for tests.
TextWidths text_widths(const Weights& w);

}  // namespace easel::inference
