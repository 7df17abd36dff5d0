#include "inference/models/ernie/ernie.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>

namespace easel::inference::ernie {
namespace {

constexpr double eps = 1e-6, theta = 256.0;
const std::vector<int64_t> axes{32, 48, 48};  // of a head: place in the text, row, column

// Turns the dimensions i and i + head size / 2 of `x` [batch, heads, tokens, head size], each by an angle of its own.
Tensor turned(const Tensor& x, const Tensor& cos, const Tensor& sin) {
    const auto halves = x.to(at::kFloat).chunk(2, -1);
    return (x * cos + at::cat({-halves[1], halves[0]}, -1) * sin).to(x.scalar_type());
}

}  // namespace

Ernie::Block::Block(const Weights& w)
    : before_attention(w / "adaLN_sa_ln", eps), before_mlp(w / "adaLN_mlp_ln", eps),
      q_norm(w / "self_attention" / "norm_q", eps), k_norm(w / "self_attention" / "norm_k", eps),
      q(w / "self_attention" / "to_q"), k(w / "self_attention" / "to_k"), v(w / "self_attention" / "to_v"),
      out(w / "self_attention" / "to_out" / 0), gate(w / "mlp" / "gate_proj"), up(w / "mlp" / "up_proj"),
      down(w / "mlp" / "linear_fc2") {}

Tensor Ernie::Block::attend(const Tensor& x, const Turns& turns) const {
    const int64_t size = q_norm.weight.size(0);
    const auto heads = [size](const Tensor& projected) { return split_heads(projected, projected.size(2) / size); };
    const Tensor queries = turned(q_norm(heads(q(x))), turns.cos, turns.sin);
    const Tensor keys = turned(k_norm(heads(k(x))), turns.cos, turns.sin);
    return out(merge_heads(attention(queries, keys, heads(v(x)))));
}

Tensor Ernie::Block::operator()(const Tensor& x, const Modulation& m, const Turns& turns) const {
    const Tensor attended = x + m[2] * attend(modulate(before_attention(x), m[1], m[0]), turns);
    const Tensor normed = modulate(before_mlp(attended), m[4], m[3]);
    return attended + m[5] * down(up(normed) * at::gelu(gate(normed)));
}

Ernie::Ernie(const Weights& w)
    : weights_(w), picture_in_(w / "x_embedder" / "proj"), time_in_(w / "time_embedding" / "linear_1"),
      time_out_(w / "time_embedding" / "linear_2"), modulation_(w / "adaLN_modulation" / 1),
      final_modulation_(w / "final_norm" / "linear"), final_(w / "final_linear") {
    if (w.has_part("text_proj")) text_in_.emplace(w / "text_proj");
    blocks_ = blocks_of<Block>(w / "layers");
}

void Ernie::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
}

// The picture lies in a plane behind the text. The frequencies of both halves of a head come in pairs.
Ernie::Turns Ernie::turns(int64_t rows, int64_t columns, int64_t text_tokens) {
    Tensor picture = at::zeros({rows, columns, 3}, at::kFloat);
    picture.select(2, 0).fill_(text_tokens);
    picture.select(2, 1).copy_(at::arange(rows, at::kFloat).unsqueeze(1).expand({rows, columns}));
    picture.select(2, 2).copy_(at::arange(columns, at::kFloat).expand({rows, columns}));
    const Tensor text = at::constant_pad_nd(at::arange(text_tokens, at::kFloat).unsqueeze(1), {0, 2});
    const Rope rope = rope_table(at::cat({picture.flatten(0, 1), text}), axes, theta);
    return {rope.cos.repeat_interleave(2, -1), rope.sin.repeat_interleave(2, -1)};
}

// Sines first.
Tensor Ernie::embedded_time(const Tensor& timestep) const {
    const int64_t half = time_in_.in_features() / 2;
    const Tensor exponent = at::arange(half, timestep.options()) * (-std::log(10000.0)) / static_cast<double>(half);
    const Tensor angle = timestep.unsqueeze(1) * exponent.exp();
    const Tensor waves = at::cat({angle.sin(), angle.cos()}, 1).to(weights_.compute_dtype());
    return time_out_(at::silu(time_in_(waves)));
}

Tensor Ernie::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t rows = input.x.size(2), columns = input.x.size(3);
    const Tensor picture = picture_in_(input.x.flatten(2).transpose(1, 2).to(dtype));
    Tensor text = input.context.to(dtype);
    if (text_in_) text = (*text_in_)(text);

    const Tensor time = embedded_time(input.timestep);
    const auto parts = modulation_(at::silu(time)).unsqueeze(1).chunk(6, -1);
    const Modulation modulation{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]};
    const Turns turned_by = turns(rows, columns, text.size(1));
    Tensor x = at::cat({picture, text}, 1);
    for (const Block& block : blocks_)
        x = block(x, modulation, turned_by);

    const auto last = final_modulation_(time).unsqueeze(1).chunk(2, -1);  // scale, shift
    const Tensor own = x.narrow(1, 0, rows * columns);
    const Tensor out = final_(modulate(plain_layer_norm(own, eps), last[0], last[1])).to(at::kFloat);
    return out.transpose(1, 2).reshape({input.x.size(0), -1, rows, columns});
}

std::size_t Ernie::activation_bytes(at::IntArrayRef latent) const {
    // The stream, queries, keys and values, and three tensors of the feed forward network, which is three times as
    // wide: about eighteen.
    const int64_t tokens = latent[2] * latent[3] + 512;
    return static_cast<std::size_t>(latent[0] * tokens * picture_in_.out_features() * 18) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::ernie
