#include "inference/models/sd/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/fused_norm.hpp"

namespace easel::inference::sd {
namespace {

constexpr int64_t sd1_heads = 8, later_head_size = 64;

int64_t heads_of(const Weights& w) {
    const Weight in = w["proj_in.weight"];
    return in.shape().size() == 4 ? sd1_heads : in.size(0) / later_head_size;
}

}  // namespace

ResBlock::ResBlock(const Weights& w)
    : in_norm(w / "in_layers" / 0), out_norm(w / "out_layers" / 0), in_conv(w / "in_layers" / 2),
      out_conv(w / "out_layers" / 3), time(w / "emb_layers" / 1) {
    if (w.has_part("skip_connection")) skip.emplace(w / "skip_connection");
}

Tensor ResBlock::operator()(const Tensor& x, const Tensor& time_embedding) const {
    Tensor h = in_conv(in_norm.then_silu(x));
    h += time(time_embedding).unsqueeze(-1).unsqueeze(-1);
    h = out_conv(out_norm.then_silu(h));
    return h.add_(skip ? (*skip)(x) : x);
}

CrossAttention::CrossAttention(const Weights& w, int64_t heads_)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0), heads(heads_) {}

Tensor CrossAttention::operator()(const AttentionInput& input, const AttentionReplacement* replacement,
                                  const PatchPlace& place) const {
    const Tensor queries = q(input.x), keys = k(input.context), values = v(input.value);
    return out(replacement ? (*replacement)(queries, keys, values, place) : attention(queries, keys, values, heads));
}

FeedForward::FeedForward(const Weights& w) : in(w / "net" / 0 / "proj"), out(w / "net" / 2) {}

Tensor FeedForward::operator()(const Tensor& x) const {
    const Tensor both = in(x);
    if (runs_gated_gelu(both)) return out(gated_gelu(both));
    const std::vector<Tensor> parts = both.chunk(2, -1);  // values, gates
    return out(parts[0] * at::gelu(parts[1]));
}

TransformerBlock::TransformerBlock(const Weights& w, int64_t heads)
    : norm1(w / "norm1"), norm2(w / "norm2"), norm3(w / "norm3"), self(w / "attn1", heads), cross(w / "attn2", heads),
      ff(w / "ff") {}

Tensor TransformerBlock::operator()(Tensor x, const Tensor& context, PatchPlace& place) const {
    const NetworkPatches& patches = patches_of(place.input);
    place.heads = self.heads;
    const Tensor own = norm1(x);
    const AttentionInput tokens = patched(patches.self_input, {own, own, own}, place);
    const Tensor seen = self(tokens, find_replacement(patches.self_replacement, place), place);
    x = patched(patches.between_attentions, x + patched(patches.self_output, seen, place), place);
    if (place.input.grounding) x = (*place.input.grounding)(x, place.transformer_index);

    const AttentionInput prompt = patched(patches.cross_input, {norm2(x), context, context}, place);
    const Tensor read = cross(prompt, find_replacement(patches.cross_replacement, place), place);
    x = x + patched(patches.cross_output, read, place);
    return x + ff(norm3(x));
}

SpatialTransformer::SpatialTransformer(const Weights& w)
    : norm(w / "norm", 1e-6), in(w / "proj_in"), out(w / "proj_out") {
    for (int64_t i = 0; i < w.count("transformer_blocks"); ++i)
        blocks.emplace_back(w / "transformer_blocks" / i, heads_of(w));
}

Tensor SpatialTransformer::operator()(const Tensor& x, const Tensor& context, PatchPlace& place) const {
    place.activations = x.sizes().vec();
    const int64_t height = x.size(2), width = x.size(3);
    Tensor tokens = norm(x).permute({0, 2, 3, 1}).flatten(1, 2);  // [batch, height * width, channels]
    tokens = in(tokens);
    place.transformer = 0;
    for (const TransformerBlock& block : blocks) {
        tokens = block(tokens, context, place);
        ++place.transformer;
    }
    ++place.transformer_index;
    return x + out(tokens).unflatten(1, {height, width}).permute({0, 3, 1, 2});
}

Stage::Stage(const Weights& w) {
    for (int64_t i = 0; i < w.count(); ++i)
        add(w / i);
}

Stage Stage::of_one(const Weights& w) {
    Stage stage;
    stage.add(w);
    return stage;
}

void Stage::add(const Weights& part) {
    if (part.contains("weight")) conv.emplace(part);
    if (part.has_part("op")) conv.emplace(part / "op", 2, 1);
    if (part.has_part("in_layers")) res.emplace(part);
    if (part.has_part("transformer_blocks")) transformer.emplace(part);
    if (part.has_part("conv")) up.emplace(part / "conv");
}

Tensor Stage::operator()(Tensor x, const Tensor& time_embedding, const Tensor& context, at::IntArrayRef size,
                         PatchPlace& place) const {
    if (conv) x = (*conv)(x);
    if (res) x = (*res)(x, time_embedding);
    if (transformer) x = (*transformer)(x, context, place);
    if (up) x = (*up)(at::upsample_nearest2d(x, size));
    return x;
}

}  // namespace easel::inference::sd
