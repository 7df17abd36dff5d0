#include "inference/models/ltxv/blocks.hpp"

#include "inference/layers/modulation.hpp"

namespace easel::inference::ltxv {
namespace {

// Rows of a block's table.
enum Row : int64_t {
    self_shift,
    self_scale,
    self_gate,
    feed_shift,
    feed_scale,
    feed_gate,
    cross_shift,
    cross_scale,
    cross_gate
};

Tensor row(const Block& block, const StreamInputs& inputs, Row which, const Tensor& x) {
    return inputs.modulation.of(which, block.table.like(x)[which]);
}

}  // namespace

Block::Block(const Weights& w, const std::string& prefix, int64_t heads)
    : table(w[prefix + "scale_shift_table"]), prompt_table(w.maybe(prefix + "prompt_scale_shift_table")),
      self(w / (prefix + "attn1"), heads), cross(w / (prefix + "attn2"), heads), feed_forward(w / (prefix + "ff")) {}

Tensor with_self_attention(const Block& block, const Tensor& x, const StreamInputs& inputs) {
    const Tensor seen =
        modulate(normalised(x), row(block, inputs, self_scale, x), row(block, inputs, self_shift, x));
    const Attention::Places places{.queries = &inputs.places, .keys = &inputs.places};
    const Tensor attended =
        inputs.core ? block.self(seen, seen, places, inputs.core) : block.self(seen, seen, places, Tensor());
    return x + attended * row(block, inputs, self_gate, x);
}

Tensor with_text(const Block& block, const Tensor& x, const StreamInputs& inputs) {
    if (!block.prompt_table) {
        const Tensor asking = inputs.normalises_before_text ? normalised(x) : x;
        return x + block.cross(asking, inputs.text, {}, inputs.text_mask);
    }
    const Tensor& offsets = block.prompt_table.like(x);
    const Tensor text = modulate(inputs.text, inputs.prompt_modulation.of(1, offsets[1]),
                                 inputs.prompt_modulation.of(0, offsets[0]));
    const Tensor asking =
        modulate(normalised(x), row(block, inputs, cross_scale, x), row(block, inputs, cross_shift, x));
    return x + block.cross(asking, text, {}, inputs.text_mask) * row(block, inputs, cross_gate, x);
}

Tensor with_feed_forward(const Block& block, const Tensor& x, const StreamInputs& inputs) {
    const Tensor seen =
        modulate(normalised(x), row(block, inputs, feed_scale, x), row(block, inputs, feed_shift, x));
    return x + block.feed_forward(seen) * row(block, inputs, feed_gate, x);
}

}  // namespace easel::inference::ltxv
