#include "inference/models/lumina/next_dit.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/lumina/diffusers.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>

namespace easel::inference::lumina {
namespace {

constexpr int64_t padding_multiple = 32;  // tokens, where a network has tokens to pad with
constexpr double eps = 1e-5;
constexpr int64_t frequencies = 256;

Tensor scaled(const Tensor& x, const Tensor& scale) { return x * (scale + 1.0); }

// Each key head for the query heads that share it.
Tensor shared_heads(const Tensor& x, int64_t times) { return times == 1 ? x : x.repeat_interleave(times, 1); }

int64_t padded_count(int64_t tokens) { return (tokens + padding_multiple - 1) / padding_multiple * padding_multiple; }

}  // namespace

Tensor caption_positions(int64_t tokens, int64_t offset) {
    Tensor positions = at::zeros({tokens, 3}, at::kFloat);
    positions.select(1, 0).copy_(at::arange(offset + 1, offset + tokens + 1, at::kFloat));
    return positions;
}

Tensor picture_positions(int64_t plane, int64_t rows, int64_t columns, const RopeScaling& scaling, int64_t padding) {
    const Tensor down = at::arange(rows, at::kFloat) * scaling.scale_y + scaling.shift_y;
    const Tensor right = at::arange(columns, at::kFloat) * scaling.scale_x + scaling.shift_x;
    Tensor positions = at::zeros({rows, columns, 3}, at::kFloat);
    positions.select(2, 0).fill_(plane);
    positions.select(2, 1).copy_(down.unsqueeze(1).expand({rows, columns}));
    positions.select(2, 2).copy_(right.expand({rows, columns}));
    return at::constant_pad_nd(positions.flatten(0, 1), {0, 0, 0, padding});
}

Attention::Attention(const Weights& w)
    : qkv(w / "qkv"), out(w / "out"), q_norm(w / "q_norm"), k_norm(w / "k_norm"), head_dim(q_norm.weight.size(0)),
      heads(out.in_features() / head_dim), key_heads((qkv.out_features() / head_dim - heads) / 2) {}

Tensor Attention::operator()(const Tensor& x, const Rope& rope) const {
    const Tensor all = qkv(x).unflatten(-1, {-1, head_dim}).transpose(1, 2);  // [batch, heads, tokens, head_dim]
    const Tensor q = rotate_pairs(q_norm(all.narrow(1, 0, heads)), rope);
    const Tensor k = rotate_pairs(k_norm(all.narrow(1, heads, key_heads)), rope);
    const Tensor v = all.narrow(1, heads + key_heads, key_heads);
    const int64_t times = heads / key_heads;
    return out(merge_heads(attention(q, shared_heads(k, times), shared_heads(v, times))));
}

Block::Block(const Weights& w)
    : attention(w / "attention"), feed_forward(w / "feed_forward"), attention_norm1(w / "attention_norm1", eps),
      attention_norm2(w / "attention_norm2", eps), ffn_norm1(w / "ffn_norm1", eps), ffn_norm2(w / "ffn_norm2", eps) {
    const Weights adaptive = w / "adaLN_modulation";
    activates_time = adaptive.has_part("1");
    if (!adaptive.empty()) modulation.emplace(adaptive / (activates_time ? 1 : 0));
}

Tensor Block::operator()(const Tensor& x, const Rope& rope, const Tensor& time, const Tensor& which) const {
    if (!modulation) {
        const Tensor attended = x + attention_norm2(attention(attention_norm1(x), rope));
        return attended + ffn_norm2(feed_forward(ffn_norm1(attended)));
    }
    const Tensor values = (*modulation)(activates_time ? at::silu(time) : time);
    const auto parts = (which.defined() ? values.index_select(1, which) : values.unsqueeze(1)).chunk(4, 2);
    const Tensor attention_gate = parts[1].tanh(), mlp_gate = parts[3].tanh();
    const Tensor mixed = attention_norm2(attention(scaled(attention_norm1(x), parts[0]), rope));
    const Tensor attended = at::addcmul(x, attention_gate, mixed);
    return at::addcmul(attended, mlp_gate, ffn_norm2(feed_forward(scaled(ffn_norm1(attended), parts[2]))));
}

NextDit::NextDit(const Weights& w)
    : weights_(w), is_z_image_(w.has_part("layers.0.adaLN_modulation.0")), x_embedder_(w / "x_embedder"),
      caption_in_(w / "cap_embedder" / 1), time_in_(w / "t_embedder" / "mlp" / 0),
      time_out_(w / "t_embedder" / "mlp" / 2), caption_norm_(w / "cap_embedder" / 0, eps),
      picture_pad_(w.maybe("x_pad_token")), caption_pad_(w.maybe("cap_pad_token")),
      noise_refiner_(blocks_of<Block>(w / "noise_refiner")), context_refiner_(blocks_of<Block>(w / "context_refiner")),
      layers_(blocks_of<Block>(w / "layers")), final_modulation_(w / "final_layer" / "adaLN_modulation" / 1),
      final_(w / "final_layer" / "linear") {
    if (w.has_part("siglip_embedder")) seen_.emplace(w, eps);
    if (!w.has_part("clip_text_pooled_proj")) return;
    pooled_norm_.emplace(w / "clip_text_pooled_proj" / 0, eps);
    pooled_in_.emplace(w / "clip_text_pooled_proj" / 1);
    pooled_mix_.emplace(w / "time_text_embed" / 1);
}

// [batch, width]: how far the picture has come, and what the pooled prompt of networks that have one adds.
Tensor NextDit::time(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor progress = (1.0 - input.timestep) * (is_z_image_ ? 1000.0 : 1.0);
    const Tensor time = time_out_(at::silu(time_in_(timestep_embedding(progress, frequencies).to(dtype))));
    if (!pooled_in_) return time;
    const Tensor pooled = input.vector.defined()
                              ? (*pooled_in_)((*pooled_norm_)(input.vector.to(dtype)))
                              : at::zeros({time.size(0), pooled_in_->out_features()}, time.options());
    return (*pooled_mix_)(at::silu(at::cat({time, pooled}, -1)));
}

const NextDit::Tables& NextDit::tables(int64_t caption_tokens, int64_t rows, int64_t columns,
                                       const RopeScaling& scaling, at::Device device) const {
    constexpr std::size_t kept = 4;
    const auto same = [&](const Tables& entry) {
        return entry.caption_tokens == caption_tokens && entry.rows == rows && entry.columns == columns &&
               entry.scaling == scaling && entry.both.cos.device() == device;
    };
    if (const auto found = std::ranges::find_if(recent_, same); found != recent_.end()) return *found;
    if (recent_.size() == kept) recent_.erase(recent_.begin());
    const int64_t missing = picture_pad_ ? padded_count(rows * columns) - rows * columns : 0;
    Tables made{.caption_tokens = caption_tokens,
                .rows = rows,
                .columns = columns,
                .scaling = scaling,
                .caption = turned(caption_positions(caption_tokens, 0), device),
                .picture = turned(picture_positions(caption_tokens + 1, rows, columns, scaling, missing), device),
                .both = {}};
    made.both = joined({made.caption, made.picture});
    recent_.push_back(std::move(made));
    return recent_.back();
}

Rope NextDit::turned(const Tensor& positions, at::Device device) const {
    return is_z_image_ ? rope_table(positions.to(device), {32, 48, 48}, 256.0)
                       : rope_table(positions.to(device), {32, 32, 32}, 10000.0);
}

Tensor NextDit::padding(const Weight& token, at::ScalarType dtype, at::Device device) const {
    if (!token) throw UserError("this model looks at pictures only together with a caption for each of them");
    return token.as(dtype, device).unsqueeze(0).expand({1, padding_multiple, -1});
}

// [batch, tokens, dim] filled up with `token` [1, dim], where the network has one.
Tensor NextDit::padded(const Tensor& tokens, const Weight& token) const {
    if (!token) return tokens;
    const int64_t missing = padded_count(tokens.size(1)) - tokens.size(1);
    if (missing == 0) return tokens;
    return at::cat({tokens, token.like(tokens).unsqueeze(0).expand({tokens.size(0), missing, -1})}, 1);
}

Tensor NextDit::predict(const NetworkInput& input) const {
    require_text(input);
    if (!input.reference_latents.empty()) return predict_beside_references(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = padded_to_patches(input.x, patch);
    const int64_t rows = latent.size(2) / patch, columns = latent.size(3) / patch;
    const Tensor steering = time(input);

    Tensor caption = padded(caption_in_(caption_norm_(input.context.to(dtype))), caption_pad_);
    Tensor picture = padded(x_embedder_(to_patches(latent, patch, PatchOrder::channels_last).to(dtype)), picture_pad_);
    const int64_t caption_tokens = caption.size(1);
    const Tables& ropes =
        tables(caption_tokens, rows, columns, patches_of(input).rope.value_or(RopeScaling{}), caption.device());
    for (const Block& block : context_refiner_)
        caption = block(caption, ropes.caption, {});
    const Tensor unrefined = picture;
    for (std::size_t i = 0; i < noise_refiner_.size(); ++i) {
        picture = noise_refiner_[i](picture, ropes.picture, steering);
        finish_block(input, {BlockKind::refiner, static_cast<int64_t>(i)},
                     {.image = picture, .at_start = unrefined, .time = steering, .rope = ropes.picture});
    }
    const auto pictured = [&](const Tensor& all) { return all.narrow(1, caption_tokens, picture.size(1)); };
    Tensor x = at::cat({caption, picture}, 1);  // [batch, tokens, dim]
    const Tensor at_start = pictured(x);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        x = layers_[i](x, ropes.both, steering);
        finish_block(input, {BlockKind::single_stream, static_cast<int64_t>(i)},
                     {.image = pictured(x), .at_start = at_start, .time = steering, .rope = ropes.picture});
    }

    return finished(x.narrow(1, caption_tokens, rows * columns), steering, rows, columns, input);
}

Tensor NextDit::finished(const Tensor& tokens, const Tensor& steering, int64_t rows, int64_t columns,
                         const NetworkInput& input) const {
    const Tensor x = scaled(plain_layer_norm(tokens), final_modulation_(at::silu(steering)).unsqueeze(1));
    const Tensor out = from_patches(final_(x).to(at::kFloat), rows, columns, patch, PatchOrder::channels_last);
    return -out.slice(2, 0, input.x.size(2)).slice(3, 0, input.x.size(3));
}

void NextDit::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.pooled && pooled_in_) input.vector = *condition.pooled;
    set_references(input, condition, target);
}

std::size_t NextDit::activation_bytes(at::IntArrayRef latent) const {
    // A block holds its input, the fused projection, queries and keys turned, and two tensors of the feed forward
    // network, which is up to four times as wide: about sixteen tensors as wide as the stream.
    const int64_t tokens = latent[2] * latent[3] / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * x_embedder_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

LoraKeys NextDit::lora_keys() const { return lora_names(weights_); }

}  // namespace easel::inference::lumina
