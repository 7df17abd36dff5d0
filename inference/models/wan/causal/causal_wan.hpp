// Wan made autoregressive (Causal Forcing, Zhu et al. 2026; Self Forcing, Huang et al. 2025): the same weights make a
// video a few frames at a time, and later frames attend to the keys and values of those before them.
#pragma once

#include "inference/models/wan/wan.hpp"

#include <vector>

namespace easel::inference::wan {

// The keys and values of the frames that are finished. Comes with a network's input, as an attachment that belongs to
// one run of sampling.
class CausalMemory : public Attachment {
public:
    static constexpr std::string_view name = "causal_memory";

    // For videos of so many latent frames.
    explicit CausalMemory(int64_t frames) : frames_(frames) {}

    // The next evaluations are of the frames behind those that are kept. Keeping them as well needs `keep`.
    void keep(bool keeps) const { keeps_ = keeps; }
    int64_t frames_kept() const { return frames_kept_; }
    // Whether a network has looked at it.
    bool was_used() const { return !layers_.empty(); }

private:
    friend class CausalWan;
    struct Layer {
        Tensor k, v;  // [batch, heads, tokens of the whole video, 128]
    };

    int64_t frames_;
    mutable bool keeps_ = false;
    mutable int64_t frames_kept_ = 0;
    mutable std::vector<Layer> layers_;
};

class CausalWan : public Wan {
public:
    explicit CausalWan(const Weights& w) : Wan(w) {}
    // With a CausalMemory in the input x are the frames that follow those it keeps; else a whole video.
    Tensor predict(const NetworkInput& input) const override;

private:
    Tensor predict_next(const NetworkInput& input, const CausalMemory& memory) const;
};

}  // namespace easel::inference::wan
