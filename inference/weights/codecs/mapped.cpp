#include "inference/weights/codecs/mapped.hpp"

#include "base/error.hpp"

namespace easel::inference {
namespace {

// Each scale for `block` values, as many as there are values.
Tensor spread(const Tensor& scales, int64_t block, int64_t count) {
    if (block <= 0 || scales.numel() * block < count)
        throw ModelError("a quantised weight has too few scales for its blocks");
    return scales.flatten().repeat_interleave(block).narrow(0, 0, count);
}

class Mapped final : public Encoding {
public:
    explicit Mapped(MappedValues values) : values_(std::move(values)) {}

    Tensor decode(at::IntArrayRef shape) const override {
        const Tensor bytes = values_.packed.flatten();
        const Tensor index = at::stack({at::bitwise_right_shift(bytes, 4), at::bitwise_and(bytes, 0xF)}, -1);
        const int64_t count = c10::multiply_integers(shape);
        const Tensor flat = values_.table.to(at::kFloat).index_select(0, index.flatten().to(at::kLong));
        if (flat.numel() < count) throw ModelError("a quantised weight is shorter than its shape says");
        return (flat.narrow(0, 0, count) * spread(values_.scales, values_.block, count)).view(shape);
    }
    std::size_t bytes() const override { return values_.packed.nbytes() + values_.scales.nbytes(); }

private:
    MappedValues values_;
};

}  // namespace

std::shared_ptr<const Encoding> mapped_values(MappedValues values) {
    return std::make_shared<Mapped>(std::move(values));
}

Tensor nested_scales(const Tensor& bytes, const Tensor& table, const Tensor& scales, int64_t block, double offset) {
    const Tensor values = table.to(at::kFloat).index_select(0, bytes.flatten().to(at::kLong));
    return values * spread(scales.to(at::kFloat), block, values.numel()) + offset;
}

}  // namespace easel::inference
