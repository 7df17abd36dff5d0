#include "inference/models/joyimage/joyimage.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::joyimage {
namespace {

constexpr double eps = 1e-6, theta = 10000.0;
const std::vector<int64_t> axes{16, 56, 56};  // of a head: moment, row, column

// Pictures in patches, as many moments, rows and columns as there are.
struct Extent {
    int64_t frames, rows, columns;
};

// The beginning of a latent [batch, channels, frames, height, width] is repeated behind its end to whole patches.
Tensor padded(const Tensor& latent, at::IntArrayRef patch) {
    std::vector<int64_t> missing;
    for (int64_t axis = 2; axis >= 0; --axis) {
        const int64_t size = latent.size(2 + axis), unit = patch[static_cast<std::size_t>(axis)];
        missing.insert(missing.end(), {0, (unit - size % unit) % unit});
    }
    return at::pad(latent, missing, "circular");
}

Tensor positions(const Extent& extent, int64_t first_moment) {
    const auto shape = {extent.frames, extent.rows, extent.columns};
    const Tensor moment = at::arange(first_moment, first_moment + extent.frames, at::kFloat).view({-1, 1, 1});
    const Tensor row = at::arange(extent.rows, at::kFloat).view({1, -1, 1});
    const Tensor column = at::arange(extent.columns, at::kFloat).view({1, 1, -1});
    return at::stack({moment.expand(shape), row.expand(shape), column.expand(shape)}, -1).flatten(0, 2);
}

Tensor frames_first(const Tensor& latent) { return latent.dim() == 4 ? latent.unsqueeze(2) : latent; }

}  // namespace

Stream::Stream(const Weights& w, const std::string& name)
    : modulation((w / (name + "_mod"))["modulate_table"]), qkv(w / "attn" / (name + "_attn_qkv")),
      out(w / "attn" / (name + "_attn_proj")), mlp_in(w / (name + "_mlp") / "net" / 0 / "proj"),
      mlp_out(w / (name + "_mlp") / "net" / 2), q_norm(w / "attn" / (name + "_attn_q_norm"), eps),
      k_norm(w / "attn" / (name + "_attn_k_norm"), eps) {}

void Block::operator()(Tensor& picture_tokens, Tensor& text_tokens, const Tensor& time, const Rope& rope) const {
    const int64_t head_size = picture.q_norm.weight.size(0), pictured = picture_tokens.size(1);
    const auto modulations = [&](const Stream& stream) {  // shift, scale and gate of both halves, [batch, 1, dim] each
        return (stream.modulation.like(time) + time).chunk(6, 1);
    };
    const std::vector<Tensor> of_picture = modulations(picture), of_text = modulations(text);

    struct Qkv {
        Tensor q, k, v;
    };
    const auto attend = [&](const Stream& stream, const Tensor& x, const std::vector<Tensor>& m) {
        const auto parts = stream.qkv(modulate(plain_layer_norm(x, eps), m[1], m[0])).chunk(3, -1);
        const auto heads = [&](const Tensor& part) {
            return part.unflatten(-1, {-1, head_size}).transpose(1, 2);  // [batch, heads, tokens, head size]
        };
        return Qkv{stream.q_norm(heads(parts[0])), stream.k_norm(heads(parts[1])), heads(parts[2])};
    };
    const Qkv seen = attend(picture, picture_tokens, of_picture), said = attend(text, text_tokens, of_text);
    const Tensor q = at::cat({rotate_pairs(seen.q, rope), said.q}, 2);
    const Tensor k = at::cat({rotate_pairs(seen.k, rope), said.k}, 2);
    const Tensor mixed = merge_heads(attention(q, k, at::cat({seen.v, said.v}, 2)));

    const auto finish = [](const Stream& stream, Tensor& x, const Tensor& attended, const std::vector<Tensor>& m) {
        x = x + stream.out(attended.contiguous()) * m[2];
        const Tensor normed = modulate(plain_layer_norm(x, eps), m[4], m[3]);
        x = x + stream.mlp_out(at::gelu(stream.mlp_in(normed), "tanh")) * m[5];
    };
    finish(picture, picture_tokens, mixed.narrow(1, 0, pictured), of_picture);
    finish(text, text_tokens, mixed.slice(1, pictured), of_text);
}

JoyImage::JoyImage(const Weights& w)
    : weights_(w), patch_in_(w["img_in.weight"]), patch_bias_(w["img_in.bias"]),
      time_in_(w / "condition_embedder" / "time_embedder" / "linear_1"),
      time_out_(w / "condition_embedder" / "time_embedder" / "linear_2"),
      time_modulation_(w / "condition_embedder" / "time_proj"),
      text_in_(w / "condition_embedder" / "text_embedder" / "linear_1"),
      text_out_(w / "condition_embedder" / "text_embedder" / "linear_2"), final_(w / "proj_out") {
    blocks_ = blocks_of<Block>(w / "double_blocks");
}

void JoyImage::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    for (const Tensor& reference : condition.reference_latents)
        input.reference_latents.push_back(target.format->to_model(frames_first(reference)));
}

Tensor JoyImage::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    const std::vector<int64_t> patch = patch_in_.shape().slice(2).vec();
    std::vector<Tensor> pictures, places;
    std::vector<Extent> extents;
    int64_t moment = 0;
    const auto add = [&](const Tensor& latent) {
        const Tensor cells = at::conv3d(padded(latent, patch).to(dtype), patch_in_.as(dtype, latent.device()),
                                        patch_bias_.as(dtype, latent.device()), patch);
        extents.push_back({cells.size(2), cells.size(3), cells.size(4)});
        pictures.push_back(cells.flatten(2).transpose(1, 2));
        places.push_back(positions(extents.back(), moment));
        moment += cells.size(2);
    };
    add(input.x);
    for (const Tensor& reference : input.reference_latents)
        add(reference);

    const Tensor waves = timestep_embedding(input.timestep, time_in_.in_features()).to(dtype);
    const Tensor time = time_modulation_(at::silu(time_out_(at::silu(time_in_(waves))))).unflatten(1, {6, -1});
    Streams streams{.image = at::cat(pictures, 1),
                    .text = text_out_(at::gelu(text_in_(input.context.to(dtype)), "tanh"))};
    const Rope rope = rope_table(at::cat(places), axes, theta);
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { blocks_[i](both.image, both.text, time, rope); });

    const auto [frames, rows, columns] = extents.front();
    const Tensor own = streams.image.narrow(1, 0, frames * rows * columns);
    const Tensor out = final_(plain_layer_norm(own, eps)).to(at::kFloat);
    return out.view({out.size(0), frames, rows, columns, patch[0], patch[1], patch[2], -1})
        .permute({0, 7, 1, 4, 2, 5, 3, 6})
        .reshape({out.size(0), -1, frames * patch[0], rows * patch[1], columns * patch[2]})
        .slice(2, 0, input.x.size(2))
        .slice(3, 0, input.x.size(3))
        .slice(4, 0, input.x.size(4))
        .contiguous();
}

std::size_t JoyImage::activation_bytes(at::IntArrayRef latent) const {
    // As other networks of two streams: about twenty tensors as wide as the stream.
    constexpr int64_t cells = 4;  // in a patch
    const int64_t tokens = latent.back() * latent[latent.size() - 2] / cells + 512;
    return static_cast<std::size_t>(latent[0] * tokens * patch_in_.size(0) * 20) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::joyimage
