#include "inference/vision/sam3/memory.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::sam3 {
namespace {

constexpr int64_t mask_side = 1152;     // at which masks are remembered
constexpr double place_strength = 0.1;  // of a frame's places beside what it shows

// Turns all tokens but the last `left_out`; the table is for one frame and counts for each in turn.
Tensor turned(const Tensor& x, const Rope& frame, int64_t left_out) {
    const Tensor parts = split_heads(x, attention_heads);
    const int64_t count = parts.size(2) - left_out, frames = count / frame.cos.size(0);
    const Rope table = joined(std::vector<Rope>(static_cast<std::size_t>(frames), frame));
    const Tensor first = rotate_pairs(parts.narrow(2, 0, count), table);
    return left_out == 0 ? first : at::cat({first, parts.narrow(2, count, left_out)}, 2);
}

Rope frame_rope(int64_t height, int64_t width, int64_t dim, const at::TensorOptions& options) {
    const Tensor down = at::arange(height, options).unsqueeze(1).expand({height, width});
    const Tensor across = at::arange(width, options).expand({height, width});
    const int64_t half = dim / attention_heads / 2;
    return rope_table(at::stack({across.flatten(), down.flatten()}, 1), {half, half}, 10000.0);
}

}  // namespace

Tensor into_buckets(const Tensor& x, int64_t size) {
    const int64_t buckets = (x.size(0) + size - 1) / size;
    auto shape = x.sizes().vec();
    shape[0] = buckets * size;
    Tensor whole = at::zeros(shape, x.options());
    whole.narrow(0, 0, x.size(0)).copy_(x);
    return whole.unflatten(0, {buckets, size});
}

Tensor from_buckets(const Tensor& x, int64_t objects) { return x.flatten(0, 1).narrow(0, 0, objects); }

Tensor with_buckets(const Tensor& x, int64_t buckets) {
    if (x.size(0) >= buckets) return x;
    auto shape = x.sizes().vec();
    shape[0] = buckets - x.size(0);
    return at::cat({x, at::zeros(shape, x.options())});
}

MemoryEncoder::Block::Block(const Weights& w)
    : depthwise(w["dwconv.weight"]), depthwise_bias(w["dwconv.bias"]), scale(w["gamma"]), norm(w / "norm"),
      in(w / "pwconv1"), out(w / "pwconv2") {}

Tensor MemoryEncoder::Block::operator()(const Tensor& x) const {
    const Tensor near =
        at::conv2d(x, depthwise.like(x), depthwise_bias.like(x), 1, depthwise.size(-1) / 2, 1, x.size(1));
    const Tensor seen = out(at::gelu(in(norm(near.permute({0, 2, 3, 1}))))) * scale.like(x);
    return x + seen.permute({0, 3, 1, 2});
}

MemoryEncoder::MemoryEncoder(const Weights& w) : picture_(w / "pix_feat_proj") {
    const Weights parts = w / "mask_downsampler" / "encoder";
    int64_t place = 0;
    for (; parts.has_part(std::to_string(place + 1));
         place += 3)  // convolution, norm and an activation without weights
        stages_.push_back({.shrink = Conv2d(parts / place, 2, 1), .norm = LayerNorm(parts / (place + 1))});
    last_ = Conv2d(parts / place);
    blocks_ = blocks_of<Block>(w / "fuser" / "layers");
}

Tensor MemoryEncoder::operator()(const Tensor& picture, const Tensor& masks) const {
    Tensor x = smoothed_masks(masks, mask_side, mask_side);
    for (const Stage& stage : stages_)
        x = at::gelu(over_channels(stage.norm, stage.shrink(x)));
    x = last_(x);
    if (x.size(2) != picture.size(2) || x.size(3) != picture.size(3))
        x = scaled_masks(x, picture.size(2), picture.size(3));
    x = picture_(picture) + x;
    for (const Block& block : blocks_)
        x = block(x);
    return x;
}

MemoryAttention::Layer::Layer(const Weights& w)
    : self_q(w / "self_attn_q_proj"), self_k(w / "self_attn_k_proj"), self_v(w / "self_attn_v_proj"),
      self_out(w / "self_attn_out_proj"), cross_q(w / "cross_attn_q_proj"), cross_k(w / "cross_attn_k_proj"),
      cross_v(w / "cross_attn_v_proj"), cross_out(w / "cross_attn_out_proj"), picture_q(w / "image_cross_attn_q_proj"),
      picture_k(w / "image_cross_attn_k_proj"), in(w / "linear1"), out(w / "linear2"), norm1(w / "norm1"),
      norm2(w / "norm2"), norm3(w / "norm3") {}

MemoryAttention::MemoryAttention(const Weights& w) : norm_(w / "norm") { layers_ = blocks_of<Layer>(w / "layers"); }

Tensor MemoryAttention::operator()(const Tensor& cells, const Tensor& places, const Memories& memories, int64_t height,
                                   int64_t width) const {
    const int64_t buckets = memories.cells.size(0), pointers = memories.pointers.size(1), dim = cells.size(2);
    const Rope rope = frame_rope(height, width, dim, cells.options());
    const Tensor memory = at::cat({memories.cells, memories.pointers}, 1);
    // Pointers stand for no part of a picture.
    const Tensor pictures = at::constant_pad_nd(memories.pictures, {0, 0, 0, pointers});
    const Tensor marks = at::cat({memories.places.expand({buckets, -1, -1}), memories.pointer_places}, 1);

    Tensor x = (cells + places * place_strength).expand({buckets, -1, -1});
    for (const Layer& layer : layers_) {
        const Tensor own = layer.norm1(x);
        x = x +
            layer.self_out(merge_heads(attention(turned(layer.self_q(own), rope, 0), turned(layer.self_k(own), rope, 0),
                                                 split_heads(layer.self_v(own), attention_heads))));
        const Tensor queries = layer.picture_q(cells) + layer.cross_q(layer.norm2(x));
        const Tensor keys = layer.picture_k(pictures) + layer.cross_k(memory) + marks;
        x = x + layer.cross_out(merge_heads(attention(turned(queries, rope, 0), turned(keys, rope, pointers),
                                                      split_heads(layer.cross_v(memory), attention_heads))));
        x = x + layer.out(at::gelu(layer.in(layer.norm3(x))));
    }
    return norm_(x);
}

}  // namespace easel::inference::sam3
