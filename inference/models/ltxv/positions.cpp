#include "inference/models/ltxv/positions.hpp"

#include <array>
#include <numbers>

namespace easel::inference::ltxv {
namespace {

constexpr std::array<double, 3> cell_size{8.0, 32.0, 32.0};  // frames, rows and columns of a latent cell

// From half a turn's quarter up to theta times that, evenly spaced by ratio: [count], float32.
Tensor frequencies(int64_t count, double theta, bool in_double, at::Device device) {
    const auto type = in_double ? at::kDouble : at::kFloat;
    const Tensor share = at::linspace(0.0, 1.0, count, at::TensorOptions().dtype(type));
    return (at::pow(at::Scalar(theta), share) * (std::numbers::pi / 2.0)).to(device, at::kFloat);
}

// Angles [batch, tokens, count] as rotations; the first dimensions, for which there is no angle, stay as they are.
Rotation rotations(Tensor angles, int64_t dim, int64_t heads, RopePairs pairs) {
    const int64_t missing = dim / 2 - angles.size(-1);
    if (missing > 0) angles = at::constant_pad_nd(angles, {missing, 0});
    const Tensor of_heads = angles.unflatten(-1, {heads, -1}).transpose(1, 2);
    return {.cos = of_heads.cos().contiguous(), .sin = of_heads.sin().contiguous(), .pairs = pairs};
}

}  // namespace

Tensor Rotation::operator()(const Tensor& x) const {
    const Tensor values = x.to(at::kFloat);
    if (pairs == RopePairs::halves) {
        const auto parts = values.chunk(2, -1);
        return at::cat({cos * parts[0] - sin * parts[1], sin * parts[0] + cos * parts[1]}, -1).to(x.scalar_type());
    }
    const Tensor both = values.unflatten(-1, {-1, 2});
    const Tensor a = both.select(-1, 0), b = both.select(-1, 1);
    return at::stack({cos * a - sin * b, sin * a + cos * b}, -1).flatten(-2).to(x.scalar_type());
}

Rotation Rotation::tokens(int64_t first, int64_t count) const {
    return {.cos = cos.narrow(2, first, count), .sin = sin.narrow(2, first, count), .pairs = pairs};
}

Rotation rotation_of(const Tensor& spans, int64_t dim, int64_t heads, const std::vector<double>& longest,
                     const PositionConfig& config) {
    const auto axes = static_cast<int64_t>(longest.size());
    const Tensor places = config.at_middle ? (spans.select(-1, 0) + spans.select(-1, 1)) / 2.0 : spans.select(-1, 0);
    std::vector<Tensor> shares;
    for (int64_t axis = 0; axis < axes; ++axis)
        shares.push_back(places.select(1, axis) / longest[static_cast<std::size_t>(axis)]);
    const Tensor share = at::stack(shares, -1);  // [batch, tokens, axes]
    const Tensor frequency = frequencies(dim / (2 * axes), config.theta, config.double_frequencies, spans.device());
    const Tensor angles = (frequency * (share.unsqueeze(-1) * 2.0 - 1.0)).transpose(-1, -2).flatten(2);
    return rotations(angles, dim, heads, config.pairs);
}

Rotation rotation_of_sequence(int64_t tokens, int64_t dim, int64_t heads, RopePairs pairs, at::Device device) {
    const Tensor places = at::arange(tokens, at::TensorOptions().dtype(at::kFloat).device(device));
    const PositionConfig config{.theta = 10000.0, .pairs = pairs, .double_frequencies = true};
    return rotation_of(places.view({1, 1, tokens, 1}), dim, heads, {4096.0}, config);
}

Tensor cell_spans(at::IntArrayRef latent, bool causal, at::Device device) {
    const at::IntArrayRef cells = latent.slice(2);
    std::vector<Tensor> axes;
    for (std::size_t axis = 0; axis < cell_size.size(); ++axis) {
        const Tensor edges = at::arange(cells[axis] + 1, at::TensorOptions().dtype(at::kFloat).device(device));
        Tensor places = edges * cell_size[axis];
        if (axis == 0 && causal) places = (places + (1.0 - cell_size[axis])).clamp_min(0.0);
        const Tensor spans = at::stack({places.slice(0, 0, -1), places.slice(0, 1)}, -1);  // [cells, 2]
        std::vector<int64_t> shape{1, 1, 1, 2};
        shape[axis] = cells[axis];
        axes.push_back(spans.view(shape).expand({cells[0], cells[1], cells[2], 2}).reshape({-1, 2}));
    }
    return at::stack(axes).unsqueeze(0);
}

Tensor sound_spans(int64_t count, at::Device device) {
    constexpr double steps_per_cell = 4.0;  // of the mel spectrogram, a hundred to a second
    const Tensor edges = at::arange(count + 1, at::TensorOptions().dtype(at::kFloat).device(device));
    const Tensor steps = (edges * steps_per_cell + (1.0 - steps_per_cell)).clamp_min(0.0);
    const Tensor seconds = steps * 160.0 / 16000.0;
    return at::stack({seconds.slice(0, 0, -1), seconds.slice(0, 1)}, -1).view({1, 1, count, 2});
}

}  // namespace easel::inference::ltxv
