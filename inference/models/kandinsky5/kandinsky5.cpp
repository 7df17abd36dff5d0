#include "inference/models/kandinsky5/kandinsky5.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/network_patches.hpp"

namespace easel::inference::kandinsky5 {
namespace {

constexpr int64_t patch = 2;
constexpr double eps = 1e-5, theta = 10000.0;

// Shift, scale and gate of each part of a block, [batch, 1, dim] each.
std::vector<Tensor> modulations(const Linear& linear, const Tensor& time, int64_t count) {
    return linear(at::silu(time)).unsqueeze(1).chunk(count, -1);
}

// `x` with what `layer` makes of it added, where `m` begins with the layer's shift, scale and gate.
template <class Layer>
Tensor added(const Tensor& x, const Tensor* m, const Layer& layer) {
    return at::addcmul(x, m[2], layer(modulate(plain_layer_norm(x, eps), m[1], m[0])));
}

// Row and column of each token, in a plane of their own.
Tensor picture_positions(int64_t rows, int64_t columns) {
    Tensor positions = at::zeros({rows, columns, 3}, at::kFloat);
    positions.select(2, 1).copy_(at::arange(rows, at::kFloat).unsqueeze(1).expand({rows, columns}));
    positions.select(2, 2).copy_(at::arange(columns, at::kFloat).expand({rows, columns}));
    return positions.flatten(0, 1);
}

}  // namespace

Attention::Attention(const Weights& w)
    : q(w / "to_query"), k(w / "to_key"), v(w / "to_value"), out(w / "out_layer"), q_norm(w / "query_norm"),
      k_norm(w / "key_norm") {}

Tensor Attention::operator()(const Tensor& x, const Tensor& context, const Rope* rope) const {
    const int64_t heads = q.out_features() / q_norm.weight.size(0);
    Tensor queries = q_norm(split_heads(q(x), heads)), keys = k_norm(split_heads(k(context), heads));
    if (rope != nullptr) {
        queries = rotate_pairs(queries, *rope);
        keys = rotate_pairs(keys, *rope);
    }
    return out(merge_heads(attention(queries, keys, split_heads(v(context), heads))));
}

TextBlock::TextBlock(const Weights& w)
    : modulation(w / "text_modulation" / "out_layer"), attention(w / "self_attention"), mlp(w / "feed_forward") {}

Tensor TextBlock::operator()(const Tensor& x, const Tensor& time, const Rope& rope) const {
    const auto m = modulations(modulation, time, 6);
    const Tensor attended = added(x, m.data(), [&](const Tensor& h) { return attention(h, h, &rope); });
    return added(attended, m.data() + 3, mlp);
}

PictureBlock::PictureBlock(const Weights& w)
    : modulation(w / "visual_modulation" / "out_layer"), self(w / "self_attention"), cross(w / "cross_attention"),
      mlp(w / "feed_forward") {}

Tensor PictureBlock::operator()(const Tensor& x, const Tensor& text, const Tensor& time, const Rope& rope) const {
    const auto m = modulations(modulation, time, 9);
    const Tensor seen = added(x, m.data(), [&](const Tensor& h) { return self(h, h, &rope); });
    const Tensor told = added(seen, m.data() + 3, [&](const Tensor& h) { return cross(h, text, nullptr); });
    return added(told, m.data() + 6, mlp);
}

Kandinsky5::Kandinsky5(const Weights& w)
    : weights_(w), time_in_(w / "time_embeddings" / "in_layer"), time_out_(w / "time_embeddings" / "out_layer"),
      text_in_(w / "text_embeddings" / "in_layer"), pooled_in_(w / "pooled_text_embeddings" / "in_layer"),
      picture_in_(w / "visual_embeddings" / "in_layer"), text_norm_(w / "text_embeddings" / "norm", eps),
      pooled_norm_(w / "pooled_text_embeddings" / "norm", eps),
      final_modulation_(w / "out_layer" / "modulation" / "out_layer"), final_(w / "out_layer" / "out_layer") {
    for (int64_t i = 0; i < w.count("text_transformer_blocks"); ++i)
        text_blocks_.emplace_back(w / "text_transformer_blocks" / i);
    for (int64_t i = 0; i < w.count("visual_transformer_blocks"); ++i)
        picture_blocks_.emplace_back(w / "visual_transformer_blocks" / i);
}

void Kandinsky5::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.pooled) input.vector = *condition.pooled;
}

Tensor Kandinsky5::predict(const NetworkInput& input) const {
    if (!input.context.defined() || !input.vector.defined())
        throw UserError("the conditioning lacks the words or the pooled prompt, which Kandinsky 5 needs: load its "
                        "encoders with DualCLIPLoader and the type kandinsky5_image");
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = padded_to_patches(input.x, patch);
    const int64_t rows = latent.size(2) / patch, columns = latent.size(3) / patch;
    const Tensor waves = timestep_embedding(input.timestep, time_in_.in_features()).to(dtype);
    const Tensor time =
        time_out_(at::silu(time_in_(waves))) + pooled_norm_(pooled_in_(input.vector.to(dtype)));

    const int64_t head_size = picture_blocks_.front().self.q_norm.weight.size(0);
    Tensor text = text_norm_(text_in_(input.context.to(dtype)));
    const Rope along = rope_table(at::arange(text.size(1), at::kFloat).unsqueeze(1), {head_size}, theta);
    for (const TextBlock& block : text_blocks_)
        text = block(text, time, along);

    const std::vector<int64_t> axes{head_size / 4, head_size / 8 * 3, head_size / 8 * 3};
    const Rope rope = rope_table(picture_positions(rows, columns), axes, theta);
    Streams streams{.image = picture_in_(to_patches(latent, patch, PatchOrder::channels_last).to(dtype)), .text = text};
    for (std::size_t i = 0; i < picture_blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { both.image = picture_blocks_[i](both.image, both.text, time, rope); });

    const auto last = final_modulation_(at::silu(time)).unsqueeze(1).chunk(2, -1);  // shift, scale
    const Tensor out = final_(modulate(plain_layer_norm(streams.image, eps), last[1], last[0])).to(at::kFloat);
    return from_patches(out, rows, columns, patch, PatchOrder::channels_first)
        .slice(2, 0, input.x.size(2))
        .slice(3, 0, input.x.size(3))
        .contiguous();
}

std::size_t Kandinsky5::activation_bytes(at::IntArrayRef latent) const {
    // The stream, queries, keys and values, and the feed forward network, which is four times as wide: about sixteen.
    const int64_t tokens = latent[2] * latent[3] / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * picture_in_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::kandinsky5
