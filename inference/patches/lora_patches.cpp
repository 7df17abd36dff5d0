#include "inference/patches/lora_change.hpp"

#include "base/error.hpp"

#include <limits>

namespace easel::inference {

namespace {

using lora::matrix;
using lora::require;
using lora::shape_text;
using lora::whole;

Tensor shaped_like(const Tensor& difference, const Tensor& weight) {
    require(difference.numel() == weight.numel(),
            "a difference of shape " + shape_text(difference) + " does not fit a weight of " + shape_text(weight));
    return difference.reshape(weight.sizes());
}

// a b, two matrices.
Tensor product(const Tensor& a, const Tensor& b) {
    require(a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0),
            "factors of shapes " + shape_text(a) + " and " + shape_text(b) + " cannot be multiplied");
    return at::mm(a, b);
}

// The product, or with a core [rank, rank, h, w] the convolution that a decomposed one stands for: [out, in, h, w].
Tensor expanded(const LowRankFactor& factor) {
    require(factor.a.defined() && factor.b.defined(), "a factor of it is missing");
    if (!factor.core.defined()) return product(whole(factor.a), whole(factor.b));
    require(factor.core.dim() == 4 && factor.a.dim() == 2 && factor.b.dim() == 2 &&
                factor.core.size(0) == factor.a.size(0) && factor.core.size(1) == factor.b.size(0),
            "its core does not fit its factors");
    return at::einsum("ijkl,jr,ip->prkl", {whole(factor.core), whole(factor.b), whole(factor.a)});
}

Tensor padded(const Tensor& weight, const std::vector<int64_t>& shape) {
    require(weight.dim() == static_cast<int64_t>(shape.size()), "it asks for another number of dimensions");
    Tensor larger = at::zeros(shape, weight.options());
    Tensor corner = larger;
    for (int64_t d = 0; d < weight.dim(); ++d) {
        require(shape[static_cast<std::size_t>(d)] >= weight.size(d), "it asks for a smaller weight");
        corner = corner.narrow(d, 0, weight.size(d));
    }
    corner.copy_(weight);
    return larger;
}

// Norms over all dimensions but the first (`axis` 0) or but the second, shaped to divide `weight`.
Tensor norms(const Tensor& weight, int64_t axis) {
    std::vector<int64_t> others;
    for (int64_t d = 0; d < weight.dim(); ++d)
        if (d != axis) others.push_back(d);
    return at::linalg_vector_norm(weight, 2, others, /*keepdim=*/true) + std::numeric_limits<float>::epsilon();
}

// The reference divides by the norms of the old weight along the outputs, of the new one along the inputs.
Tensor with_magnitude(const Tensor& weight, const Tensor& difference, double strength, const Tensor& magnitude) {
    const Tensor changed = weight + difference;
    const bool along_outputs = magnitude.size(0) == weight.size(0);
    const Tensor norm = along_outputs ? norms(weight, 0) : norms(changed, 1);
    const Tensor scaled = changed * (whole(magnitude) / norm);
    return strength == 1.0 ? scaled : weight + strength * (scaled - weight);
}

// Adds `difference` to `weight` with everything that scales it; `rank` counts where alpha is given.
Tensor changed(Tensor weight, const Tensor& difference, const LoraScale& scale, std::optional<int64_t> rank,
               double strength) {
    const double alpha = scale.alpha && rank ? *scale.alpha / static_cast<double>(*rank) : 1.0;
    return lora::changed(std::move(weight), difference, alpha, scale.magnitude, strength);
}

class LowRank final : public Patch {
public:
    LowRank(Tensor up, Tensor down, Tensor mid, LoraScale scale, std::optional<std::vector<int64_t>> shape)
        : up_(std::move(up)), down_(std::move(down)), mid_(std::move(mid)), scale_(std::move(scale)),
          shape_(std::move(shape)) {}

    Tensor apply(Tensor weight, double strength) const override {
        if (shape_) weight = padded(weight, *shape_);
        Tensor down = whole(down_);
        if (mid_.defined()) {
            require(mid_.dim() == 4 && mid_.size(1) == down.size(0), "its middle factor does not fit");
            down = product(down.transpose(0, 1).flatten(1), whole(mid_).transpose(0, 1).flatten(1))
                       .reshape({down.size(1), mid_.size(0), mid_.size(2), mid_.size(3)})
                       .transpose(0, 1);
        }
        return changed(weight, product(matrix(up_), down.flatten(1)), scale_, down_.size(0), strength);
    }

private:
    Tensor up_, down_, mid_;
    LoraScale scale_;
    std::optional<std::vector<int64_t>> shape_;
};

class Hadamard final : public Patch {
public:
    Hadamard(LowRankFactor first, LowRankFactor second, LoraScale scale)
        : first_(std::move(first)), second_(std::move(second)), scale_(std::move(scale)) {}

    Tensor apply(Tensor weight, double strength) const override {
        const Tensor a = expanded(first_), b = expanded(second_);
        require(a.sizes() == b.sizes(), "its two halves differ in shape");
        return changed(weight, a * b, scale_, first_.b.size(0), strength);
    }

private:
    LowRankFactor first_, second_;
    LoraScale scale_;
};

class Kronecker final : public Patch {
public:
    Kronecker(KroneckerFactor first, KroneckerFactor second, LoraScale scale)
        : first_(std::move(first)), second_(std::move(second)), scale_(std::move(scale)) {}

    Tensor apply(Tensor weight, double strength) const override {
        std::optional<int64_t> rank;
        Tensor a = value(first_, rank);
        const Tensor b = value(second_, rank);
        if (b.dim() == 4) a = a.unsqueeze(2).unsqueeze(2);
        return changed(weight, at::kron(a, b), scale_, rank, strength);
    }

private:
    static Tensor value(const KroneckerFactor& factor, std::optional<int64_t>& rank) {
        if (factor.whole.defined()) return whole(factor.whole);
        const Tensor tensor = expanded(factor.low_rank);
        rank = factor.low_rank.b.size(0);
        return tensor;
    }

    KroneckerFactor first_, second_;
    LoraScale scale_;
};

class Difference final : public Patch {
public:
    explicit Difference(Tensor difference) : difference_(std::move(difference)) {}
    Tensor apply(Tensor weight, double strength) const override {
        require(difference_.sizes() == weight.sizes(),
                "a difference of shape " + shape_text(difference_) + " does not fit a weight of " + shape_text(weight));
        return weight.add_(whole(difference_) * strength);
    }

private:
    Tensor difference_;
};

class Value final : public Patch {
public:
    explicit Value(Tensor value) : value_(std::move(value)) {}
    Tensor apply(Tensor weight, double) const override {
        require(value_.sizes() == weight.sizes(),
                "a value of shape " + shape_text(value_) + " does not fit a weight of " + shape_text(weight));
        return whole(value_);
    }

private:
    Tensor value_;
};

}  // namespace

std::string lora::shape_text(const Tensor& tensor) { return c10::str(tensor.sizes()); }

void lora::require(bool condition, const std::string& problem) {
    if (!condition) throw ModelError(problem);
}

Tensor lora::changed(Tensor weight, const Tensor& difference, double alpha, const Tensor& magnitude, double strength) {
    const Tensor shaped = shaped_like(difference, weight);
    if (magnitude.defined()) return with_magnitude(weight, shaped * alpha, strength, magnitude);
    return weight.add_(shaped * (strength * alpha));
}

std::shared_ptr<const Patch> low_rank_patch(Tensor up, Tensor down, Tensor mid, LoraScale scale,
                                            std::optional<std::vector<int64_t>> shape) {
    return std::make_shared<LowRank>(std::move(up), std::move(down), std::move(mid), std::move(scale),
                                     std::move(shape));
}

std::shared_ptr<const Patch> hadamard_patch(LowRankFactor first, LowRankFactor second, LoraScale scale) {
    return std::make_shared<Hadamard>(std::move(first), std::move(second), std::move(scale));
}

std::shared_ptr<const Patch> kronecker_patch(KroneckerFactor first, KroneckerFactor second, LoraScale scale) {
    return std::make_shared<Kronecker>(std::move(first), std::move(second), std::move(scale));
}

std::shared_ptr<const Patch> difference_patch(Tensor difference) {
    return std::make_shared<Difference>(std::move(difference));
}

std::shared_ptr<const Patch> value_patch(Tensor value) { return std::make_shared<Value>(std::move(value)); }

}  // namespace easel::inference
