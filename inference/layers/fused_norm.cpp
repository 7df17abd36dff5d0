#include "inference/layers/fused_norm.hpp"

#include "inference/layers/row_kernels.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace easel::inference {
namespace {

using row_kernels::Ending;

Ending ending_of(Activation activation) { return activation == Activation::silu ? Ending::silu : Ending::plain; }

// [batch, channels, ...] as dense rows of channels; undefined where they are not.
Tensor rows_of(const Tensor& x) {
    const Tensor rows = x.movedim(1, -1);
    return rows.is_contiguous() ? rows.flatten(0, -2) : Tensor();
}

std::vector<float> floats(const Tensor& values, int64_t count, float otherwise) {
    if (!values.defined()) return std::vector<float>(static_cast<std::size_t>(count), otherwise);
    const Tensor dense = values.flatten().to(at::kFloat).contiguous();
    const float* const first = dense.const_data_ptr<float>();
    return {first, first + count};
}

// Pixels that one thread takes at a time: few enough that float32 sums over them stay exact to six digits.
constexpr int64_t pixels_at_once = 128;

// What each channel of a picture has to be multiplied by, and what is added.
struct Affine {
    std::vector<float> scale, shift;
};

struct GroupNormUse {
    int64_t groups;
    double eps;
    std::vector<float> weight, bias;
};

// The mean and the variance of each channel over the pixels. The first pixel is taken as the origin, so that little is
// lost where values are large and differ little.
struct Spread {
    std::vector<double> mean, variance;
};

template <class Value>
Spread spread_of(const Value* picture, int64_t pixels, int64_t channels) {
    const int64_t blocks = (pixels + pixels_at_once - 1) / pixels_at_once;
    std::vector<float> parts(static_cast<std::size_t>(blocks * channels * 2));
    at::parallel_for(0, blocks, 4, [&](int64_t begin, int64_t end) {
        for (int64_t block = begin; block < end; ++block) {
            const int64_t first = block * pixels_at_once;
            float* const sum = parts.data() + block * channels * 2;
            row_kernels::moments(picture + first * channels, picture, std::min(pixels_at_once, pixels - first),
                                 channels, {sum, sum + channels});
        }
    });
    std::vector<double> totals(static_cast<std::size_t>(channels * 2), 0.0);
    for (std::size_t i = 0; i < parts.size(); ++i)
        totals[i % totals.size()] += static_cast<double>(parts[i]);
    Spread result;
    for (int64_t channel = 0; channel < channels; ++channel) {
        const auto count = static_cast<double>(pixels);
        const double mean = totals[static_cast<std::size_t>(channel)] / count;
        const double square = totals[static_cast<std::size_t>(channels + channel)] / count;
        result.mean.push_back(static_cast<double>(static_cast<float>(picture[channel])) + mean);
        result.variance.push_back(square - mean * mean);
    }
    return result;
}

template <class Value>
Affine affine_of(const Value* picture, int64_t pixels, const GroupNormUse& use) {
    const Spread spread = spread_of(picture, pixels, static_cast<int64_t>(use.weight.size()));
    const std::size_t size = use.weight.size() / static_cast<std::size_t>(use.groups);
    Affine result{.scale = use.weight, .shift = use.bias};
    for (std::size_t first = 0; first < use.weight.size(); first += size) {
        double mean = 0.0, variance = 0.0;
        for (std::size_t i = first; i < first + size; ++i)
            mean += spread.mean[i] / static_cast<double>(size);
        for (std::size_t i = first; i < first + size; ++i) {
            const double apart = spread.mean[i] - mean;
            variance += (spread.variance[i] + apart * apart) / static_cast<double>(size);
        }
        const double factor = 1.0 / std::sqrt((variance < 0.0 ? 0.0 : variance) + use.eps);  // not a number stays none
        for (std::size_t i = first; i < first + size; ++i) {
            const double scale = factor * static_cast<double>(use.weight[i]);
            result.scale[i] = static_cast<float>(scale);
            result.shift[i] = static_cast<float>(static_cast<double>(use.bias[i]) - mean * scale);
        }
    }
    return result;
}

template <class Value>
void group_norm(const Tensor& rows, int64_t batch, const GroupNormUse& use, Ending ending, const Tensor& out) {
    const auto channels = static_cast<int64_t>(use.weight.size());
    const int64_t pixels = rows.size(0) / batch;
    for (int64_t member = 0; member < batch; ++member) {
        const Value* const from = rows.const_data_ptr<Value>() + member * pixels * channels;
        Value* const to = out.mutable_data_ptr<Value>() + member * pixels * channels;
        const Affine affine = affine_of(from, pixels, use);
        at::parallel_for(0, pixels, pixels_at_once, [&](int64_t begin, int64_t end) {
            row_kernels::scale_and_shift(from + begin * channels, end - begin, channels,
                                         {affine.scale.data(), affine.shift.data(), ending}, to + begin * channels);
        });
    }
}

template <class Value>
void channel_norm(const Tensor& rows, const std::vector<float>& weight, Ending ending, const Tensor& out) {
    const int64_t channels = rows.size(1);
    const Value* const from = rows.const_data_ptr<Value>();
    Value* const to = out.mutable_data_ptr<Value>();
    at::parallel_for(0, rows.size(0), pixels_at_once, [&](int64_t begin, int64_t end) {
        row_kernels::over_root_mean_square(from + begin * channels, end - begin, channels,
                                           {weight.data(), ending}, to + begin * channels);
    });
}

}  // namespace

bool runs_fused_norm(const Tensor& x) {
    return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && x.dim() >= 3 &&
           x.numel() > 0 && row_kernels::supported() && x.movedim(1, -1).is_contiguous();
}

Tensor fused_group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias, double eps,
                        Activation activation) {
    Tensor result = at::empty_like(x);
    const Tensor rows = rows_of(x), out = rows_of(result);
    const GroupNormUse use{.groups = groups,
                           .eps = eps,
                           .weight = floats(weight, x.size(1), 1.0F),
                           .bias = floats(bias, x.size(1), 0.0F)};
    if (x.scalar_type() == at::kFloat)
        group_norm<float>(rows, x.size(0), use, ending_of(activation), out);
    else
        group_norm<at::BFloat16>(rows, x.size(0), use, ending_of(activation), out);
    return result;
}

Tensor fused_channel_norm(const Tensor& x, const Tensor& weight, Activation activation) {
    Tensor result = at::empty_like(x);
    const std::vector<float> scale = floats(weight, x.size(1), 1.0F);
    if (x.scalar_type() == at::kFloat)
        channel_norm<float>(rows_of(x), scale, ending_of(activation), rows_of(result));
    else
        channel_norm<at::BFloat16>(rows_of(x), scale, ending_of(activation), rows_of(result));
    return result;
}

bool runs_gated_gelu(const Tensor& x) {
    return x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 && x.is_contiguous() &&
           row_kernels::supported();
}

Tensor gated_gelu(const Tensor& x) {
    const int64_t width = x.size(-1) / 2, rows = x.numel() / x.size(-1);
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = width;
    Tensor result = at::empty(shape, x.options());
    const float* const from = x.const_data_ptr<float>();
    float* const to = result.mutable_data_ptr<float>();
    at::parallel_for(0, rows, 16, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
            row_kernels::gated_gelu(from + row * width * 2, from + row * width * 2 + width, width, to + row * width);
    });
    return result;
}

}  // namespace easel::inference
