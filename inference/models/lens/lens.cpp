#include "inference/models/lens/lens.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/diffusers_layout.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace easel::inference::lens {
namespace {

constexpr int64_t head_size = 64;
constexpr double eps = 1e-6, text_eps = 1e-5, theta = 10000.0;
const std::vector<int64_t> axes{8, 28, 28};  // of a head: plane, row, column

// `side`: "img" or "txt"; `added`: what stands in the names of the text's half of attention.
Stream stream(const Weights& w, const std::string& side, const std::string& added, const Linear& out) {
    const Weights a = w / "attn", mlp = w / (side + "_mlp");
    return {.modulation = Linear(w / (side + "_mod") / 1),
            .qkv = Linear(a / (side + "_qkv")),
            .out = out,
            .norm_q = RmsNorm(a / ("norm_" + added + "q"), text_eps),
            .norm_k = RmsNorm(a / ("norm_" + added + "k"), text_eps),
            .before_attention = RmsNorm(w / (side + "_norm1"), eps),
            .before_feed_forward = RmsNorm(w / (side + "_norm2"), eps),
            .gate = Linear(mlp / "w1"),
            .up = Linear(mlp / "w3"),
            .down = Linear(mlp / "w2")};
}

// One norm, or as many as there are layers.
std::vector<RmsNorm> norms(const Weights& w) {
    if (w.contains("weight")) return {RmsNorm(w, text_eps)};
    return blocks_of<RmsNorm>(w, text_eps);
}

struct Qkv {
    Tensor q, k, v;  // [batch, heads, tokens, head size]
};

Qkv attended(const Stream& stream, const Tensor& x) {
    const auto parts = stream.qkv(x).chunk(3, -1);
    const auto heads = [](const Tensor& part) { return split_heads(part, part.size(-1) / head_size); };
    return {.q = stream.norm_q(heads(parts[0])), .k = stream.norm_k(heads(parts[1])), .v = heads(parts[2])};
}

// Rows and columns are counted from the middle; the text goes on along the diagonal behind the larger half.
Tensor positions(int64_t rows, int64_t columns, int64_t text_tokens) {
    const auto counted = [](int64_t count) {
        return at::arange(count, at::kFloat) - static_cast<double>(count - count / 2);
    };
    Tensor cells = at::zeros({rows, columns, 3}, at::kFloat);
    cells.select(2, 1).copy_(counted(rows).unsqueeze(1).expand({rows, columns}));
    cells.select(2, 2).copy_(counted(columns).expand({rows, columns}));
    const Tensor text = at::arange(text_tokens, at::kFloat) + static_cast<double>(std::max(rows / 2, columns / 2));
    return at::cat({cells.flatten(0, 1), text.unsqueeze(1).expand({text_tokens, 3})});
}

// What is added to the scores where the text is padded, [batch, 1, 1, tokens].
Tensor attention_bias(const Tensor& mask, int64_t picture_tokens) {
    const Tensor text =
        at::zeros(mask.sizes(), at::kFloat).masked_fill(mask.to(at::kCPU) == 0, std::numeric_limits<float>::lowest());
    return at::constant_pad_nd(text, {picture_tokens, 0}).unsqueeze(1).unsqueeze(1).to(mask.device());
}

}  // namespace

Tensor Stream::feed_forward(const Tensor& x) const { return down(at::silu(gate(x)) * up(x)); }

Block::Block(const Weights& w)
    : image(stream(w, "img", "", Linear(w / "attn" / "to_out" / 0))),
      text(stream(w, "txt", "added_", Linear(w / "attn" / "to_add_out"))) {}

void Block::operator()(Tensor& image_tokens, Tensor& text_tokens, const Tensor& time, const Rope& rope,
                       const Tensor& mask) const {
    const int64_t image_count = image_tokens.size(1), text_count = text_tokens.size(1);
    // Shift, scale and gate of attention, then those of the feed forward network.
    const auto of_image = image.modulation(time).unsqueeze(1).chunk(6, -1);
    const auto of_text = text.modulation(time).unsqueeze(1).chunk(6, -1);

    const Qkv from_image = attended(image, modulate(image.before_attention(image_tokens), of_image[1], of_image[0]));
    const Qkv from_text = attended(text, modulate(text.before_attention(text_tokens), of_text[1], of_text[0]));
    const Tensor q = rotate_pairs(at::cat({from_image.q, from_text.q}, 2), rope);
    const Tensor k = rotate_pairs(at::cat({from_image.k, from_text.k}, 2), rope);
    const Tensor mixed = merge_heads(attention(q, k, at::cat({from_image.v, from_text.v}, 2), mask));

    image_tokens = image_tokens + of_image[2] * image.out(mixed.narrow(1, 0, image_count).contiguous());
    text_tokens = text_tokens + of_text[2] * text.out(mixed.narrow(1, image_count, text_count).contiguous());
    image_tokens = image_tokens + of_image[5] * image.feed_forward(modulate(image.before_feed_forward(image_tokens),
                                                                            of_image[4], of_image[3]));
    text_tokens = text_tokens + of_text[5] * text.feed_forward(modulate(text.before_feed_forward(text_tokens),
                                                                        of_text[4], of_text[3]));
}

Lens::Lens(const Weights& w)
    : weights_(w), img_in_(w / "img_in"), txt_in_(w / "txt_in"), txt_norms_(norms(w / "txt_norm")),
      time_in_(w / "time_text_embed" / "timestep_embedder" / "linear_1"),
      time_out_(w / "time_text_embed" / "timestep_embedder" / "linear_2"),
      blocks_(blocks_of<Block>(w / "transformer_blocks")), final_modulation_(w / "norm_out" / "linear"),
      final_(w / "proj_out") {}

void Lens::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.attention_mask) input.attention_mask = *condition.attention_mask;
}

// `context` [batch, tokens, layers * width].
Tensor Lens::embedded_text(const Tensor& context) const {
    const auto layers = static_cast<int64_t>(txt_norms_.size());
    if (context.size(-1) % layers != 0 || context.size(-1) != txt_in_.in_features())
        throw UserError("the conditioning has " + std::to_string(context.size(-1)) + " values for each token, where " +
                        weights_.origin() + " reads " + std::to_string(txt_in_.in_features()) +
                        " (is the text encoder of another model?)");
    const auto parts = context.chunk(layers, -1);
    std::vector<Tensor> normed;
    for (std::size_t i = 0; i < txt_norms_.size(); ++i)
        normed.push_back(txt_norms_[i](parts[i].contiguous()));
    return txt_in_(at::cat(normed, -1));
}

Tensor Lens::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t rows = input.x.size(2), columns = input.x.size(3);
    Streams streams{.image = img_in_(input.x.flatten(2).transpose(1, 2).to(dtype)),
                    .text = embedded_text(input.context.to(dtype))};
    const Tensor frequencies = timestep_embedding(input.timestep * 1000.0, 256).to(dtype);
    const Tensor time = at::silu(time_out_(at::silu(time_in_(frequencies))));
    const Rope rope = rope_table(positions(rows, columns, streams.text.size(1)), axes, theta);
    const Tensor mask = input.attention_mask.defined() && input.attention_mask.numel() > 0
                            ? attention_bias(input.attention_mask, rows * columns)
                            : Tensor();
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { blocks_[i](both.image, both.text, time, rope, mask); });

    const auto last = final_modulation_(time).unsqueeze(1).chunk(2, -1);  // scale, shift
    const Tensor out = final_(modulate(plain_layer_norm(streams.image, eps), last[0], last[1]));
    return out.to(at::kFloat).transpose(1, 2).reshape({input.x.size(0), -1, rows, columns});
}

LoraKeys Lens::lora_keys() const { return names_of_own_layout(weights_); }

std::size_t Lens::activation_bytes(at::IntArrayRef latent) const {
    // About twenty tensors as wide as the stream.
    const int64_t tokens = latent[latent.size() - 2] * latent.back() + 512;
    return static_cast<std::size_t>(latent[0] * tokens * img_in_.out_features() * 20) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::lens
