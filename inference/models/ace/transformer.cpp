#include "inference/models/ace/transformer.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::ace {
namespace {

constexpr int64_t head_size = 128;
constexpr double eps = 1e-6;

// The second half of the table repeats the first, while neighbouring dimensions turn together: this is how the
// published weights were trained.
Rotation rotation_of(int64_t tokens, at::Device device) {
    constexpr double theta = 1000000.0;
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
    const Tensor exponent = at::arange(0, head_size, 2, options) / static_cast<double>(head_size);
    const Tensor angle = at::outer(at::arange(tokens, options), at::pow(at::Scalar(theta), exponent).reciprocal());
    const Tensor twice = at::cat({angle, angle}, 1);
    return {.cos = twice.cos(), .sin = twice.sin()};
}

// `x` [batch, heads, tokens, head].
Tensor rotated(const Tensor& x, const Rotation& places) {
    const Tensor pairs = x.unflatten(-1, {-1, 2});
    const Tensor turned = at::stack({-pairs.select(-1, 1), pairs.select(-1, 0)}, -1).flatten(-2);
    return (x.to(at::kFloat) * places.cos + turned.to(at::kFloat) * places.sin).to(x.scalar_type());
}

Tensor normalised(const Tensor& x) { return at::rms_norm(x, {x.size(-1)}, {}, eps); }

// Attention whose weights are products of non-negative features, shared out by their sum. (CustomLiteLAProcessor2_0)
Tensor linear_attention(const Projections& p, const Tensor& x, const Rotation& places) {
    constexpr double least = 1e-15;
    const int64_t heads = p.q.out_features() / head_size;
    const auto features = [&](const Tensor& tokens) {
        return at::relu(rotated(split_heads(tokens, heads), places)).to(at::kFloat);
    };
    const Tensor queries = features(p.q(x)).transpose(-1, -2),
                 keys = features(p.k(x));  // [.., head, tokens], [.., tokens, head]
    const Tensor values = split_heads(p.v(x), heads).transpose(-1, -2).to(at::kFloat);
    const Tensor sums = at::matmul(at::matmul(at::constant_pad_nd(values, {0, 0, 0, 1}, 1.0), keys), queries);
    const Tensor seen = sums.slice(2, 0, -1) / (sums.slice(2, -1) + least);  // [batch, heads, head, tokens]
    return p.out(seen.flatten(1, 2).transpose(1, 2).to(x.scalar_type()));
}

Tensor text_attention(const Projections& p, const Tensor& x, const Tensor& text, const Rotation& places,
                      const Rotation& text_places) {
    const int64_t heads = p.q.out_features() / head_size;
    const Tensor queries = rotated(split_heads(p.q(x), heads), places);
    const Tensor keys = rotated(split_heads(p.k(text), heads), text_places);
    return p.out(merge_heads(attention(queries, keys, split_heads(p.v(text), heads))));
}

}  // namespace

Block::Block(const Weights& w)
    : table(w["scale_shift_table"]), self(w / "attn"), cross(w / "cross_attn"),
      widen(w["ff.inverted_conv.conv.weight"]), widen_bias(w["ff.inverted_conv.conv.bias"]),
      depth(w["ff.depth_conv.conv.weight"]), depth_bias(w["ff.depth_conv.conv.bias"]),
      narrow(w["ff.point_conv.conv.weight"]) {}

Tensor Block::feed_forward(const Tensor& x) const {
    const Tensor wide = at::silu(at::linear(x, widen.like(x).squeeze(-1), widen_bias.like(x))).transpose(1, 2);
    const auto halves =
        at::conv1d(wide, depth.like(x), depth_bias.like(x), {1}, at::IntArrayRef{depth.size(2) / 2}, {1}, depth.size(0))
            .chunk(2, 1);
    return at::linear((halves[0] * at::silu(halves[1])).transpose(1, 2), narrow.like(x).squeeze(-1));
}

Tensor Block::operator()(const Tensor& input, const Tensor& text, const Tensor& time, const Rotation& places,
                         const Rotation& text_places) const {
    const std::vector<Tensor> m = (table.like(input) + time).chunk(6, 1);  // [batch, 1, dim] each
    const auto modulated = [](const Tensor& x, const Tensor& scale, const Tensor& shift) {
        return normalised(x) * (1.0 + scale) + shift;
    };
    Tensor x = m[2] * linear_attention(self, modulated(input, m[1], m[0]), places) + input;
    x = text_attention(cross, x, text, places, text_places) + x;
    return x + m[5] * feed_forward(modulated(x, m[4], m[3]));
}

Transformer::Transformer(const Weights& w)
    : weights_(w), time_in_(w / "timestep_embedder" / "linear_1"), time_out_(w / "timestep_embedder" / "linear_2"),
      modulation_(w / "t_block" / 1), speaker_(w / "speaker_embedder"), tags_(w / "genre_embedder"),
      lyrics_(w / "lyric_proj"), lyric_encoder_(w / "lyric_encoder", w / "lyric_embs"),
      cells_in_(w / "proj_in" / "early_conv_layers" / 0, w["proj_in.early_conv_layers.0.weight"].size(2), 0),
      tokens_in_(w / "proj_in" / "early_conv_layers" / 2), norm_in_(w / "proj_in" / "early_conv_layers" / 1, eps),
      blocks_(blocks_of<Block>(w / "transformer_blocks")), final_table_(w["final_layer.scale_shift_table"]),
      final_(w / "final_layer" / "linear") {}

void Transformer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    for (const char* name : {lyrics_name, lyrics_strength_name})
        if (const auto given = condition.extra.find(name); given != condition.extra.end())
            input.extra[name] = given->second;
}

// A voice of nothing, the tags, and the lyrics, one after the other.
Tensor Transformer::prompt_of(const NetworkInput& input) const {
    const Tensor tags = tags_(input.context.to(weights_.compute_dtype()));
    const Tensor voice = speaker_(at::zeros({tags.size(0), speaker_.in_features()}, tags.options())).unsqueeze(1);
    Tensor lyrics = lyrics_(lyric_encoder_(input.find(lyrics_name)));
    if (const Tensor strength = input.find(lyrics_strength_name); strength.defined())
        lyrics = lyrics * strength.item<double>();
    return at::cat({voice, tags, lyrics}, 1);
}

Tensor Transformer::predict(const NetworkInput& input) const {
    if (!input.context.defined() || !input.find(lyrics_name).defined())
        throw UserError("the conditioning holds no tags and lyrics: encode them with TextEncodeAceStepAudio");
    constexpr int64_t frequencies = 256;
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor text = prompt_of(input);
    const Tensor time = time_out_(at::silu(time_in_(timestep_embedding(input.timestep, frequencies).to(dtype))));
    const Tensor modulation = modulation_(at::silu(time)).unflatten(1, {6, -1});
    const Tensor& kernel = cells_in_.weight.like(text);
    const Tensor columns = at::conv2d(input.x.to(dtype), kernel, cells_in_.bias.like(text), {kernel.size(2), 1});
    Tensor x = tokens_in_(norm_in_(columns)).flatten(2).transpose(1, 2);  // [batch, moments, dim]
    const Rotation places = rotation_of(x.size(1), x.device()), text_places = rotation_of(text.size(1), x.device());
    for (const Block& block : blocks_)
        x = block(x, text, modulation, places, text_places);
    const std::vector<Tensor> last = (final_table_.like(x) + time.unsqueeze(1)).chunk(2, 1);  // shift, scale
    const Tensor cells = final_(normalised(x) * (1.0 + last[1]) + last[0]).to(at::kFloat);
    // Each moment's values are rows of channels.
    return cells.unflatten(2, {input.x.size(2), -1}).permute({0, 3, 2, 1}).contiguous();
}

std::size_t Transformer::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections, and the feed forward network, five times as wide twice over: about twenty tensors.
    return static_cast<std::size_t>(latent[0] * latent.back() * final_.in_features() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::ace
