// Attention from the tokens of a video to the sound that belongs to them, behind some of the blocks. (Wan 2.2 S2V,
// WanDancer)
#pragma once

#include "inference/models/wan/blocks.hpp"

#include <map>
#include <vector>

namespace easel::inference::wan {

class SoundInjector {
public:
    // `w` has the injectors; `behind` are the blocks that they stand behind, as far as there are injectors.
    SoundInjector(const Weights& w, const std::vector<int64_t>& behind);

    struct Sound {
        Tensor tokens;    // [batch, parts, tokens, dim]: what each of so many equal parts of the video hears
        Tensor steering;  // [batch, parts, dim]: scales and shifts what listens; undefined where nothing does
        double strength = 1.0;
    };
    // `x` [batch, tokens, dim], whose first `count` tokens listen, behind block `block`.
    Tensor operator()(int64_t block, const Tensor& x, int64_t count, const Sound& sound) const;

private:
    struct Injector {
        CrossAttention attention;
        std::optional<Linear> modulation;
    };
    std::map<int64_t, Injector> injectors_;  // by block
};

}  // namespace easel::inference::wan
