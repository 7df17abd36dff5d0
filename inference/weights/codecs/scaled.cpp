#include "inference/weights/codecs/scaled.hpp"

#include "base/error.hpp"

#include <ATen/Parallel.h>

#include <algorithm>

namespace easel::inference {
namespace {

class Scaled final : public Encoding {
public:
    Scaled(Tensor values, Tensor scale) : values_(std::move(values)), scale_(std::move(scale)) {}

    Tensor decode(at::IntArrayRef shape) const override {
        if (values_.element_size() == 1 && values_.is_contiguous() && values_.numel() > 0 &&
            (scale_.numel() == 1 || scale_.numel() == values_.size(0)))
            return looked_up(shape);
        Tensor values = values_.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true).view(shape);
        return values.mul_(broadcast(values.dim()));
    }
    Tensor rows(const Tensor& indices, at::IntArrayRef shape) const override {
        const Tensor scale = broadcast(static_cast<int64_t>(shape.size()));
        const bool by_row = scale.numel() > 1 && scale.size(0) > 1;
        const Tensor bytes = values_.view(at::kChar).index_select(0, indices).view(values_.scalar_type());
        return bytes.to(at::kFloat) * (by_row ? scale.index_select(0, indices) : scale);
    }
    std::size_t bytes() const override { return values_.nbytes() + scale_.nbytes(); }

private:
    // A byte stands for one of 256 numbers: several times faster than converting each of them.
    Tensor looked_up(at::IntArrayRef shape) const {
        constexpr int64_t bytes_worth_a_thread = 1 << 18;
        const Tensor numbers = at::arange(256, at::kInt).to(at::kByte).view(values_.scalar_type()).to(at::kFloat);
        const Tensor scales = scale_.to(at::kFloat).flatten().contiguous();
        Tensor values = at::empty(shape, at::kFloat);
        const auto* const bytes = static_cast<const std::uint8_t*>(values_.const_data_ptr());
        const float* const number = numbers.const_data_ptr<float>();
        const float* const scale = scales.const_data_ptr<float>();
        float* const out = values.mutable_data_ptr<float>();
        const int64_t rows = values_.size(0), columns = values_.numel() / rows, step = scales.numel() > 1 ? 1 : 0;
        at::parallel_for(0, rows, std::max<int64_t>(1, bytes_worth_a_thread / columns),
                         [&](int64_t first, int64_t last) {
                             for (int64_t row = first; row < last; ++row) {
                                 const float factor = scale[row * step];
                                 for (int64_t i = row * columns; i < (row + 1) * columns; ++i)
                                     out[i] = number[bytes[i]] * factor;
                             }
                         });
        return values;
    }

    // One scale, or one a row.
    Tensor broadcast(int64_t dimensions) const {
        Tensor scale = scale_.to(at::kFloat);
        if (scale.numel() == 1) return scale.reshape({});
        while (scale.dim() < dimensions)
            scale = scale.unsqueeze(-1);
        return scale;
    }

    Tensor values_, scale_;
};

// The scales of blocks as [rows, columns], from tiles of 128 rows and 4 columns whose rows are interleaved by quarters.
Tensor from_tiles(const Tensor& stored, int64_t rows, int64_t columns) {
    constexpr int64_t tile_rows = 128, tile_columns = 4, quarter = 32;
    const int64_t row_tiles = (rows + tile_rows - 1) / tile_rows;
    const int64_t column_tiles = (columns + tile_columns - 1) / tile_columns;
    if (stored.numel() != row_tiles * tile_rows * column_tiles * tile_columns)
        throw ModelError("the block scales of a weight do not fit its shape");
    return stored.reshape({row_tiles, column_tiles, quarter, tile_rows / quarter, tile_columns})
        .permute({0, 3, 2, 1, 4})
        .reshape({row_tiles * tile_rows, column_tiles * tile_columns})
        .narrow(0, 0, rows)
        .narrow(1, 0, columns);
}

class Nvfp4 final : public Encoding {
public:
    Nvfp4(Tensor packed, Tensor block_scale, Tensor scale)
        : packed_(std::move(packed)), block_scale_(std::move(block_scale)), scale_(std::move(scale)) {}

    Tensor decode(at::IntArrayRef shape) const override {
        static const Tensor numbers = at::tensor(
            {0.0F, 0.5F, 1.0F, 1.5F, 2.0F, 3.0F, 4.0F, 6.0F, -0.0F, -0.5F, -1.0F, -1.5F, -2.0F, -3.0F, -4.0F, -6.0F});
        const Tensor bytes = packed_.view(at::kByte);
        const Tensor first = at::bitwise_right_shift(bytes, 4), second = at::bitwise_and(bytes, 0xF);
        const Tensor index = at::stack({first, second}, -1).flatten().to(at::kLong);
        const Tensor values = numbers.index_select(0, index).view({shape[0], shape[1] / group, group});
        return (values * scales(shape[0], shape[1] / group).unsqueeze(-1)).view(shape);
    }
    std::size_t bytes() const override { return packed_.nbytes() + block_scale_.nbytes() + scale_.nbytes(); }

private:
    static constexpr int64_t group = 16;

    Tensor scales(int64_t rows, int64_t columns) const {
        const Tensor stored = block_scale_.view(at::kFloat8_e4m3fn).to(at::kFloat);
        return from_tiles(stored, rows, columns) * scale_.to(at::kFloat);
    }

    Tensor packed_, block_scale_, scale_;
};

class Mxfp8 final : public Encoding {
public:
    Mxfp8(Tensor values, Tensor block_scale) : values_(std::move(values)), block_scale_(std::move(block_scale)) {}

    Tensor decode(at::IntArrayRef shape) const override {
        const int64_t rows = shape[0], columns = shape[1] / group;
        const Tensor exponents = from_tiles(block_scale_.view(at::kByte), rows, columns).to(at::kFloat).sub_(127.0F);
        Tensor values = scaled_values(values_, at::ones({}, at::kFloat))->decode(shape);
        values.view({rows, columns, group}).mul_(at::exp2(exponents).unsqueeze(-1));
        return values;
    }
    std::size_t bytes() const override { return values_.nbytes() + block_scale_.nbytes(); }

private:
    static constexpr int64_t group = 32;

    Tensor values_, block_scale_;
};

}  // namespace

std::shared_ptr<const Encoding> scaled_values(Tensor values, Tensor scale) {
    return std::make_shared<Scaled>(std::move(values), std::move(scale));
}

std::shared_ptr<const Encoding> nvfp4_values(Tensor packed, Tensor block_scale, Tensor scale) {
    return std::make_shared<Nvfp4>(std::move(packed), std::move(block_scale), std::move(scale));
}

std::shared_ptr<const Encoding> mxfp8_values(Tensor values, Tensor block_scale) {
    return std::make_shared<Mxfp8>(std::move(values), std::move(block_scale));
}

}  // namespace easel::inference
