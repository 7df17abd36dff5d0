// SCAIL (Yan et al. 2025) and SCAIL-2: people of reference pictures move as those in a video of poses do, which is a
// second stream at half the size. In SCAIL-2 coloured masks say who is who.
#pragma once

#include "inference/models/wan/network.hpp"

#include <optional>

namespace easel::inference::wan {

class Scail : public Network {
public:
    explicit Scail(const Weights& w);
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    // SCAIL-2 sees the frames that a mask keeps as they are, and is told which ones.
    bool keeps_latent_clean() const override { return identities_.has_value(); }

private:
    CellBoxes boxes(const CellBox& all, int64_t references, const std::optional<CellBox>& poses, bool replaces) const;

    PatchEmbedding poses_;
    std::optional<PatchEmbedding> identities_;  // of masks with 28 channels; SCAIL-2 alone
};

}  // namespace easel::inference::wan
