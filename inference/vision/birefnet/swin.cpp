#include "inference/vision/birefnet/swin.hpp"

#include <cmath>
#include <string>

namespace easel::inference::birefnet {
namespace {

int64_t up_to(int64_t length, int64_t multiple) { return (length + multiple - 1) / multiple * multiple; }

// Zeros to the right and below.
Tensor padded(const Tensor& x, int64_t height, int64_t width) {  // [batch, h, w, channels]
    if (x.size(1) == height && x.size(2) == width) return x;
    return at::constant_pad_nd(x, {0, 0, 0, width - x.size(2), 0, height - x.size(1)});
}

// A table has (2 * window - 1)^2 rows.
int64_t window_of(const Weight& table) {
    return (static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(table.size(0))))) + 1) / 2;
}

}  // namespace

Swin::Block::Block(const Weights& w, int64_t window, int64_t shift_)
    : norm1(w / "norm1"), norm2(w / "norm2"), attention(w / "attn", window), fc1(w / "mlp" / "fc1"),
      fc2(w / "mlp" / "fc2"), shift(shift_) {}

Tensor Swin::Block::operator()(const Tensor& x, const Tensor& mask) const {  // [batch, h, w, channels]
    const int64_t height = x.size(1), width = x.size(2);
    const Tensor whole = padded(norm1(x), up_to(height, attention.window), up_to(width, attention.window));
    const Tensor seen = attention(whole, shift, mask);
    const Tensor y = x + seen.narrow(1, 0, height).narrow(2, 0, width);
    return y + fc2(at::gelu(fc1(norm2(y))));
}

Tensor Swin::Merging::operator()(const Tensor& x) const {
    const Tensor even = padded(x, up_to(x.size(1), 2), up_to(x.size(2), 2));
    const auto cell = [&](int64_t row, int64_t column) {
        return even.slice(1, row, std::nullopt, 2).slice(2, column, std::nullopt, 2);
    };
    return reduction(norm(at::cat({cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1)}, -1)));
}

Swin::Swin(const Weights& w)
    : patches_(w / "patch_embed" / "proj", w["patch_embed.proj.weight"].size(-1), 0),
      patch_norm_(w / "patch_embed" / "norm"),
      window_(window_of(w["layers.0.blocks.0.attn.relative_position_bias_table"])) {
    for (int64_t i = 0; i < w.count("layers"); ++i) {
        const Weights layer = w / "layers" / i, blocks = layer / "blocks";
        Stage stage;
        for (int64_t block = 0; block < blocks.count(); ++block)
            stage.blocks.emplace_back(blocks / block, window_, block % 2 == 0 ? 0 : window_ / 2);
        if (const Weights merging = layer / "downsample"; !merging.empty())
            stage.merging = Merging{.norm = LayerNorm(merging / "norm"), .reduction = Linear(merging / "reduction")};
        stage.norm = LayerNorm(w / ("norm" + std::to_string(i)));
        stages_.push_back(std::move(stage));
    }
}

std::vector<Tensor> Swin::operator()(const Tensor& picture) const {
    const int64_t patch = patches_.stride;
    const Tensor whole = at::constant_pad_nd(picture, {0, up_to(picture.size(3), patch) - picture.size(3), 0,
                                                       up_to(picture.size(2), patch) - picture.size(2)});
    Tensor x = patch_norm_(patches_(whole).permute({0, 2, 3, 1}));
    std::vector<Tensor> features;
    for (const Stage& stage : stages_) {
        const Tensor mask =
            shift_mask(up_to(x.size(1), window_), up_to(x.size(2), window_), window_, window_ / 2, x.options());
        for (const Block& block : stage.blocks)
            x = block(x, mask);
        features.push_back(stage.norm(x).permute({0, 3, 1, 2}).contiguous());
        if (stage.merging) x = (*stage.merging)(x);
    }
    return features;
}

}  // namespace easel::inference::birefnet
