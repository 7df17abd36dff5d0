// Pictures that a video of LTX is led by: latent frames behind its own, at places of their own in time, which the
// network sees but does not make.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference::ltxv {

// One guide, as LTXVAddGuide describes it to the network. Guides are behind the video in the order of their adding.
struct Guide {
    int64_t cells = 0;                     // tokens, before empty ones are left out
    double strength = 1.0;                 // of attention between it and the video; 1 leaves attention alone
    std::optional<Tensor> mask;            // [frames, h, w] in pixels of the guide: strength by place
    std::array<int64_t, 3> latent_size{};  // its latent's frames, rows and columns
};

struct Guides : Attachment {
    std::vector<Guide> list;
};

// The names under which a condition carries guides: the list, and where their tokens begin and end in frames and
// pixels, [batch, 3, tokens, 2].
inline constexpr const char* guides_name = "guides";
inline constexpr const char* guide_spans_name = "guide_spans";

// How much attention counts between the video and each token of its guides.
struct GuideAttention {
    int64_t first = 0;  // the tokens before are the video's
    Tensor to_guides;   // [1, 1, 1, tokens]: added to the scores of the video's queries
    Tensor to_video;    // [1, 1, guide tokens, tokens]: added to those of the guides'

    // Attention among all tokens, [batch, heads, tokens, head] each.
    Tensor operator()(const Tensor& q, const Tensor& k, const Tensor& v) const;
};

// `kept` says of each token of all guides whether it takes part, `tokens` counts those that do with the video's.
// Nothing where all strengths are 1. Throws UserError when the guides are not those that `kept` is about.
std::optional<GuideAttention> guide_attention(const Guides& guides, const Tensor& kept, int64_t tokens,
                                              at::ScalarType dtype);

}  // namespace easel::inference::ltxv
