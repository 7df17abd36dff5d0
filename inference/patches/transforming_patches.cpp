// Changes that depend on the weight itself: GLoRA, OFT and BOFT.
#include "inference/patches/lora_change.hpp"

namespace easel::inference {
namespace {

using lora::changed;
using lora::matrix;
using lora::require;
using lora::whole;

class General final : public Patch {
public:
    General(GeneralFactors factors, LoraScale scale) : factors_(std::move(factors)), scale_(std::move(scale)) {
        require(factors_.a1.defined() && factors_.a2.defined() && factors_.b1.defined() && factors_.b2.defined(),
                "a factor of it is missing");
    }

    Tensor apply(Tensor weight, double strength) const override {
        const Tensor a1 = matrix(factors_.a1), a2 = matrix(factors_.a2), b1 = matrix(factors_.b1),
                     b2 = matrix(factors_.b2);
        const bool old = is_old(weight);
        const int64_t rank = old ? a1.size(0) : a2.size(0);
        const Tensor flat = weight.flatten(1);
        Tensor difference;
        if (old) {
            difference = at::mm(b2, b1) + at::mm(at::mm(flat, a2), a1);
        } else {
            const Tensor mixed = weight.dim() > 2 ? at::matmul(at::matmul(weight.movedim(1, -1), a1), a2).movedim(-1, 1)
                                                  : at::mm(at::mm(weight, a1), a2);
            difference = mixed + at::mm(b1, b2).reshape(weight.sizes());
        }
        const double alpha = scale_.alpha ? *scale_.alpha / static_cast<double>(rank) : 1.0;
        return changed(weight, difference, alpha, scale_.magnitude, strength);
    }

private:
    // Older files have the halves the other way round.
    bool is_old(const Tensor& weight) const {
        const auto& [a1, a2, b1, b2] = factors_;
        const int64_t old_rank = a1.size(0), rank = a2.size(0);
        const bool fits_old = b2.size(1) == old_rank && b1.size(0) == old_rank && a2.size(1) == old_rank;
        const bool fits_new = b2.size(0) == rank && b1.size(1) == rank && a1.size(1) == rank;
        require(fits_old || fits_new, "its factors do not fit each other");
        const bool square = rank == weight.size(0) && weight.size(0) == weight.size(1);
        return fits_old && (!fits_new || square);
    }

    GeneralFactors factors_;
    LoraScale scale_;
};

class Orthogonal final : public Patch {
public:
    Orthogonal(Tensor blocks, Tensor rescale, LoraScale scale)
        : blocks_(std::move(blocks)), rescale_(std::move(rescale)), scale_(std::move(scale)) {}

    Tensor apply(Tensor weight, double strength) const override {
        const Tensor rotations = rotations_of(whole(blocks_));
        const Tensor difference =
            rotations.dim() == 4 ? butterfly(weight, rotations, strength) : rotated(weight, rotations, strength);
        return changed(weight, difference, 1.0, scale_.magnitude, strength);
    }

private:
    // Cayley's transform of the skew-symmetric part.
    Tensor rotations_of(const Tensor& blocks) const {
        Tensor q = blocks - blocks.transpose(-1, -2);
        const double limit = scale_.alpha.value_or(0.0);
        if (const double norm = q.norm().item<double>() + 1e-8; limit > 0 && norm > limit) q = q * limit / norm;
        const Tensor one = at::eye(blocks.size(-1), blocks.options());
        return at::matmul(one + q, at::inverse(one - q));
    }

    static Tensor rotated(const Tensor& weight, const Tensor& rotations, double strength) {
        const int64_t count = rotations.size(0), size = rotations.size(1);
        require(count * size == weight.size(0), "its blocks do not fit the weight");
        const Tensor one = at::eye(size, rotations.options());
        const Tensor groups = weight.view({count, size, -1});
        return at::matmul((rotations * strength - one * strength).transpose(1, 2), groups).reshape(weight.sizes());
    }

    Tensor butterfly(const Tensor& weight, const Tensor& stages, double strength) const {
        const int64_t size = stages.size(2);
        require(stages.size(1) * size == weight.size(0), "its blocks do not fit the weight");
        const Tensor one = at::eye(size, stages.options());
        Tensor x = weight.flatten(1);
        for (int64_t i = 0; i < stages.size(0); ++i) {
            // Each stage mixes outputs that are twice as far apart as in the one before.
            const int64_t distance = (int64_t{1} << i) * (size / 2);
            const Tensor rotation = stages[i] * strength + (1 - strength) * one;
            x = x.unflatten(0, {-1, 2, distance}).transpose(1, 2).flatten(0, 2).unflatten(0, {-1, size});
            x = at::matmul(rotation, x).flatten(0, 1);
            x = x.unflatten(0, {-1, distance, 2}).transpose(1, 2).flatten(0, 2);
        }
        x = x.reshape(weight.sizes());
        if (rescale_.defined()) x = x * whole(rescale_);
        return x - weight;
    }

    Tensor blocks_, rescale_;
    LoraScale scale_;
};

}  // namespace

std::shared_ptr<const Patch> general_patch(GeneralFactors factors, LoraScale scale) {
    return std::make_shared<General>(std::move(factors), std::move(scale));
}

std::shared_ptr<const Patch> orthogonal_patch(Tensor blocks, Tensor rescale, LoraScale scale) {
    return std::make_shared<Orthogonal>(std::move(blocks), std::move(rescale), std::move(scale));
}

}  // namespace easel::inference
