#include "inference/weights/codecs/nibbles.hpp"

#include "base/error.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

class NibbleValues final : public Encoding {
public:
    explicit NibbleValues(Nibbles weight)
        : packed_(weight.packed.contiguous()), numbers_(weight.numbers.to(at::kFloat).contiguous()),
          row_scale_(weight.row_scale.to(at::kFloat).flatten().contiguous()),
          group_scale_(weight.group_scale.defined() ? weight.group_scale.to(at::kFloat).contiguous() : Tensor()) {}

    Tensor decode(at::IntArrayRef shape) const override {
        Tensor values = at::empty(shape, at::kFloat);
        const int64_t rows = shape[0], columns = shape[1];
        at::parallel_for(0, rows, std::max<int64_t>(1, values_worth_a_thread / columns),
                         [&](int64_t first, int64_t last) {
                             for (int64_t row = first; row < last; ++row)
                                 decode_row(row, columns, values.mutable_data_ptr<float>() + row * columns);
                         });
        return values;
    }
    std::size_t bytes() const override {
        return packed_.nbytes() + row_scale_.nbytes() + (group_scale_.defined() ? group_scale_.nbytes() : 0);
    }

private:
    static constexpr int64_t values_worth_a_thread = 1 << 18;

    void decode_row(int64_t row, int64_t columns, float* out) const {
        const auto* const bytes = static_cast<const std::uint8_t*>(packed_.const_data_ptr()) + row * columns / 2;
        const float* const numbers = numbers_.const_data_ptr<float>();
        for (int64_t i = 0; i < columns / 2; ++i) {
            out[2 * i] = numbers[bytes[i] & 0xF];
            out[2 * i + 1] = numbers[bytes[i] >> 4];
        }
        if (group_scale_.defined()) {
            const int64_t groups = group_scale_.size(1), group = columns / groups;
            const float* const scale = group_scale_.const_data_ptr<float>() + row * groups;
            for (int64_t i = 0; i < columns; ++i)
                out[i] = std::clamp(std::nearbyint(out[i] * scale[i / group]), -127.0F, 127.0F);
        }
        const float factor = row_scale_.const_data_ptr<float>()[row];
        for (int64_t i = 0; i < columns; ++i)
            out[i] *= factor;
    }

    Tensor packed_, numbers_, row_scale_, group_scale_;
};

}  // namespace

std::shared_ptr<const Encoding> nibble_values(Nibbles weight) {
    const auto require = [](bool fits, const char* what) {
        if (!fits) throw ModelError(std::string("a 4-bit weight whose ") + what);
    };
    require(weight.packed.dim() == 2 && weight.packed.element_size() == 1, "values are not a matrix of bytes");
    require(weight.numbers.numel() == 16, "table does not have 16 numbers");
    require(weight.row_scale.defined() && weight.row_scale.numel() == weight.packed.size(0),
            "scales are not one for each row");
    require(!weight.group_scale.defined() ||
                (weight.group_scale.dim() == 2 && weight.group_scale.size(0) == weight.packed.size(0) &&
                 weight.group_scale.size(1) > 0 && 2 * weight.packed.size(1) % weight.group_scale.size(1) == 0),
            "scales of groups do not fit its shape");
    return std::make_shared<NibbleValues>(std::move(weight));
}

Tensor shifted_nibbles() { return at::arange(-8, 8, at::kFloat); }

Tensor signed_nibbles() { return shifted_nibbles().roll(8); }

}  // namespace easel::inference
