// The kinds of change that LoRA files describe. Undefined tensors stand for absent ones; `alpha` scales a change by
// alpha / rank where it is given. All of them throw ModelError from `apply` when they do not fit the weight.
#pragma once

#include "inference/patches/patch.hpp"

#include <optional>

namespace easel::inference {

// DoRA (Liu et al. 2024): the changed weight is scaled to norms of its own, `magnitude` [out, 1] or [1, in].
struct LoraScale {
    std::optional<double> alpha;
    Tensor magnitude;
};

// LoRA: up * down, or up * mid * down for the decomposed convolutions of LoCon. `shape`, where given, is what the
// weight is padded to with zeros first.
std::shared_ptr<const Patch> low_rank_patch(Tensor up, Tensor down, Tensor mid, LoraScale scale,
                                            std::optional<std::vector<int64_t>> shape);

// LoHa (LyCORIS): the element-wise product of two low-rank matrices. With `core`s, those of decomposed convolutions.
struct LowRankFactor {
    Tensor a, b;
    Tensor core;
};
std::shared_ptr<const Patch> hadamard_patch(LowRankFactor first, LowRankFactor second, LoraScale scale);

// LoKr (LyCORIS): the Kronecker product of two matrices, each whole or low-rank.
struct KroneckerFactor {
    Tensor whole;
    LowRankFactor low_rank;
};
std::shared_ptr<const Patch> kronecker_patch(KroneckerFactor first, KroneckerFactor second, LoraScale scale);

// GLoRA (Chavan et al. 2023): the weight times one low-rank product, plus another. The halves of each are a pair.
struct GeneralFactors {
    Tensor a1, a2, b1, b2;
};
std::shared_ptr<const Patch> general_patch(GeneralFactors factors, LoraScale scale);

// OFT (Qiu et al. 2023) and, with four dimensions, BOFT (Liu et al. 2024): rotations of blocks of outputs, `blocks`
// [(stages,) count, size, size]. `alpha` limits their norm; `rescale`, where defined, scales the result of BOFT.
std::shared_ptr<const Patch> orthogonal_patch(Tensor blocks, Tensor rescale, LoraScale scale);

// A difference as large as the weight, and a new value for it.
std::shared_ptr<const Patch> difference_patch(Tensor difference);
std::shared_ptr<const Patch> value_patch(Tensor value);

}  // namespace easel::inference
