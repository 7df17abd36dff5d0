#include "inference/models/flux/blocks.hpp"

#include "inference/image/resize.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/weights/blocks_of.hpp"

#include <utility>

namespace easel::inference::flux {
namespace {

Tensor both(const Tensor& text, const Tensor& image) { return at::cat({text, image}, 2); }

// With the keys and values of reference pictures that an earlier step has left; else leaves them.
Qkv with_references(Qkv qkv, const Surroundings& around) {
    auto& kept = around.references->blocks;
    if (const auto found = kept.find(around.block); found != kept.end()) {
        const auto& [keys, values] = found->second;
        qkv.k = at::cat({qkv.k, repeat_to_batch(keys, qkv.k.size(0))}, 2);
        qkv.v = at::cat({qkv.v, repeat_to_batch(values, qkv.v.size(0))}, 2);
    } else if (around.reference_tokens > 0) {
        const auto last = [&](const Tensor& x) { return x.slice(2, x.size(2) - around.reference_tokens).clone(); };
        kept[around.block] = {last(qkv.k), last(qkv.v)};
    }
    return qkv;
}

// All tokens' attention to each other, [batch, tokens, dim].
Tensor mixed(Qkv qkv, const Surroundings& around) {
    if (around.references) qkv = with_references(std::move(qkv), around);
    if (around.rope.cos.defined()) {
        qkv.q = rotate_pairs(qkv.q, around.rope.tokens(0, qkv.q.size(2)));
        qkv.k = rotate_pairs(qkv.k, around.rope);
    }
    const Tensor tokens = merge_heads(attention(qkv.q, qkv.k, qkv.v, around.mask));
    return patched_attention_output(tokens, {.input = around.input,
                                             .block = around.block,
                                             .heads = qkv.q.size(1),
                                             .image_tokens = PatchPlace::Range{around.text_tokens, tokens.size(1)}});
}

}  // namespace

Tensor Modulation::apply(const Tensor& x) const { return modulate(plain_layer_norm(x), scale, shift); }

void Modulation::add_gated(Tensor& x, const Tensor& change) const { x.addcmul_(gate, change); }

Modulation modulation_from(const Tensor& values) {
    const auto parts = values.chunk(3, -1);
    return {.shift = parts[0], .scale = parts[1], .gate = parts[2]};
}

DoubleModulation double_modulation_from(const Tensor& values) {
    const auto halves = values.chunk(2, -1);
    return {.attention = modulation_from(halves[0]), .mlp = modulation_from(halves[1])};
}

Qkv QkNorm::operator()(const Tensor& qkv) const {
    const Tensor parts = qkv.unflatten(-1, {3, -1, query.weight.size(0)}).permute({2, 0, 3, 1, 4});
    return {.q = query(parts[0]), .k = key(parts[1]), .v = parts[2]};
}

Tensor activated(const Tensor& x, Activation activation) {
    if (activation == Activation::gelu) return at::gelu(x, "tanh");
    const auto halves = x.chunk(2, -1);
    return activation == Activation::gate_left ? at::silu(halves[0]) * halves[1] : at::silu(halves[1]) * halves[0];
}

FeedForward::FeedForward(const Weights& w) {
    if (w.has_part("gate_proj")) {
        gate.emplace(w / "gate_proj");
        in = Linear(w / "up_proj");
        out = Linear(w / "down_proj");
        return;
    }
    in = Linear(w / 0);
    out = Linear(w / 2);
    if (in.out_features() == 2 * out.in_features()) activation = Activation::gate_left;
}

Tensor FeedForward::operator()(const Tensor& x) const {
    if (gate) return out(at::silu((*gate)(x)) * in(x));
    return out(activated(in(x), activation));
}

Stream::Stream(const Weights& w, const std::string& name)
    : qkv(w / (name + "_attn") / "qkv"), proj(w / (name + "_attn") / "proj"), norm(w / (name + "_attn") / "norm"),
      mlp(w / (name + "_mlp")) {
    if (w.has_part(name + "_mod")) modulation.emplace(w / (name + "_mod") / "lin");
}

Qkv Stream::attend(const Tensor& x, const Modulation& first) const { return norm(qkv(first.apply(x))); }

void Stream::finish(Tensor& x, const Tensor& attended, const DoubleModulation& both) const {
    both.attention.add_gated(x, proj(attended));
    both.mlp.add_gated(x, mlp(both.mlp.apply(x)));
}

void DoubleBlock::operator()(Streams& streams, const DoubleModulation& image_modulation,
                             const DoubleModulation& text_modulation, const Surroundings& around) const {
    auto& [image, text] = streams;
    const Qkv i = img.attend(image, image_modulation.attention);
    const Qkv t = txt.attend(text, text_modulation.attention);
    const Tensor all = mixed({.q = both(t.q, i.q), .k = both(t.k, i.k), .v = both(t.v, i.v)}, around);
    img.finish(image, all.narrow(1, text.size(1), image.size(1)), image_modulation);
    txt.finish(text, all.narrow(1, 0, text.size(1)), text_modulation);
}

SingleBlock::SingleBlock(const Weights& w, bool gates_right)
    : linear1(w / "linear1"), linear2(w / "linear2"), norm(w / "norm") {
    if (w.has_part("modulation")) modulation.emplace(w / "modulation" / "lin");
    const int64_t dim = linear1.in_features();
    const bool gates = linear1.out_features() - 3 * dim == 2 * (linear2.in_features() - dim);
    activation = !gates ? Activation::gelu : gates_right ? Activation::gate_right : Activation::gate_left;
}

void SingleBlock::operator()(Tensor& x, const Modulation& first, const Surroundings& around) const {
    const int64_t dim = x.size(2);
    const Tensor projected = linear1(first.apply(x));
    const Tensor all = mixed(norm(projected.narrow(2, 0, 3 * dim)), around);
    const Tensor hidden = activated(projected.narrow(2, 3 * dim, projected.size(2) - 3 * dim), activation);
    first.add_gated(x, linear2(at::cat({all, hidden}, 2)));
}

std::vector<DoubleBlock> double_blocks(const Weights& w) { return blocks_of<DoubleBlock>(w / "double_blocks"); }

std::vector<SingleBlock> single_blocks(const Weights& w, bool gates_right) {
    return blocks_of<SingleBlock>(w / "single_blocks", gates_right);
}

}  // namespace easel::inference::flux
