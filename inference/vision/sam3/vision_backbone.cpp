#include "inference/vision/sam3/vision_backbone.hpp"

#include "inference/layers/attention.hpp"
#include "inference/upscale/windows.hpp"

#include <cmath>

namespace easel::inference::sam3 {
namespace {

constexpr int64_t head_size = 64, window = 24, blocks_between = 8;

// Angles of the cells of a picture, columns before rows.
Rope cell_rope(int64_t height, int64_t width, double scale, const at::TensorOptions& options) {
    const Tensor rows = at::arange(height, options).unsqueeze(1).expand({height, width});
    const Tensor columns = at::arange(width, options).expand({height, width});
    return rope_table(at::stack({columns.flatten(), rows.flatten()}, 1) * scale, {head_size / 2, head_size / 2},
                      10000.0);
}

int64_t up_to(int64_t length, int64_t multiple) { return (length + multiple - 1) / multiple * multiple; }

}  // namespace

VisionBackbone::Block::Block(const Weights& w, bool sees_everything_)
    : norm1(w / "norm1"), norm2(w / "norm2"), qkv(w / "attn" / "qkv"), projection(w / "attn" / "proj"),
      fc1(w / "mlp" / "fc1"), fc2(w / "mlp" / "fc2"), sees_everything(sees_everything_) {}

Tensor VisionBackbone::Block::attend(const Tensor& x, const Rope& rope) const {
    const int64_t heads = projection.out_features() / head_size;
    const auto parts = qkv(x).chunk(3, -1);
    const Tensor q = rotate_pairs(split_heads(parts[0], heads), rope);
    const Tensor k = rotate_pairs(split_heads(parts[1], heads), rope);
    return projection(merge_heads(attention(q, k, split_heads(parts[2], heads))));
}

Tensor VisionBackbone::Block::operator()(const Tensor& x, const Rope& rope) const {
    const int64_t height = x.size(1), width = x.size(2);
    const Tensor own = norm1(x);
    Tensor seen;
    if (sees_everything) {
        seen = attend(own.flatten(1, 2), rope).view(x.sizes());
    } else {
        const int64_t rows = up_to(height, window), columns = up_to(width, window);
        const Tensor whole = at::constant_pad_nd(own, {0, 0, 0, columns - width, 0, rows - height});
        seen = from_windows(attend(to_windows(whole, window), rope), window, rows, columns)
                   .narrow(1, 0, height)
                   .narrow(2, 0, width);
    }
    const Tensor y = x + seen;
    return y + fc2(at::gelu(fc1(norm2(y))));
}

VisionBackbone::Level::Level(const Weights& w, bool halves_)
    : halves(halves_), first(w / "conv_1x1"), second(w / "conv_3x3") {
    for (const char* name : {"dconv_2x2_0", "dconv_2x2_1", "dconv_2x2"})
        if (w.has_part(name)) {
            widenings.push_back((w / name)["weight"]);
            widening_biases.push_back((w / name)["bias"]);
        }
}

Tensor VisionBackbone::Level::operator()(const Tensor& trunk) const {
    Tensor x = halves ? at::max_pool2d(trunk, 2, 2) : trunk;
    for (std::size_t i = 0; i < widenings.size(); ++i) {
        if (i > 0) x = at::gelu(x);
        x = at::conv_transpose2d(x, widenings[i].like(x), widening_biases[i].like(x), 2);
    }
    return second(first(x));
}

std::vector<VisionBackbone::Level> VisionBackbone::levels(const Weights& w, int64_t most) {
    std::vector<Level> all;
    for (int64_t i = 0; i < std::min(w.count(), most); ++i)
        all.emplace_back(w / i, /*halves_=*/i == 3);
    return all;
}

std::vector<Tensor> VisionBackbone::pyramid(const std::vector<Level>& levels, const Tensor& trunk) {
    std::vector<Tensor> features;
    for (const Level& level : levels)
        features.push_back(level(trunk));
    return features;
}

VisionBackbone::VisionBackbone(const Weights& w)
    : patches_(w["trunk.patch_embed.proj.weight"]), positions_(w["trunk.pos_embed"]), norm_(w / "trunk" / "ln_pre"),
      detection_(levels(w / "convs", 4)),
      segmentation_(levels(w / (w.has_part("interactive_convs") ? "interactive_convs" : "sam2_convs"), 3)),
      tracking_(levels(w / "propagation_convs", 3)) {
    const Weights blocks = w / "trunk" / "blocks";
    for (int64_t i = 0; i < blocks.count(); ++i)
        blocks_.emplace_back(blocks / i, i % blocks_between == blocks_between - 1);
}

Tensor VisionBackbone::operator()(const Tensor& picture) const {
    const int64_t patch = patches_.size(-1);
    Tensor x = at::conv2d(picture, patches_.like(picture), {}, patch).permute({0, 2, 3, 1});
    const int64_t height = x.size(1), width = x.size(2);

    // The table is for smaller pictures and is laid out like tiles.
    const Tensor table = positions_.like(x).slice(1, 1);
    const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(table.size(1)))));
    const Tensor tiles = table.reshape({1, side, side, -1}).repeat({1, height / side + 1, width / side + 1, 1});
    x = norm_(x + tiles.narrow(1, 0, height).narrow(2, 0, width));

    const Rope near = cell_rope(window, window, 1.0, x.options());
    const Rope far = cell_rope(height, width, static_cast<double>(side) / static_cast<double>(width), x.options());
    for (const Block& block : blocks_)
        x = block(x, block.sees_everything ? far : near);
    return x.permute({0, 3, 1, 2}).contiguous();
}

}  // namespace easel::inference::sam3
