#include "inference/vision/dino3/dino3_vision.hpp"

#include "inference/layers/attention.hpp"

#include <numbers>

namespace easel::inference {
namespace {

constexpr int64_t dino3_head = 64;
constexpr double dino3_rope_base = 100.0;
constexpr int64_t large_side = 224, huge_side = 1024;  // of the pictures that the two sizes are shown

// Rows, then columns, of the middles of rows x columns patches, in -1..1; the same for both halves of a head.
Rope patch_places(int64_t rows, int64_t columns, at::Device device) {
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
    const Tensor exponents = at::arange(0.0, 1.0, 4.0 / static_cast<double>(dino3_head), options);
    const Tensor frequencies = at::pow(dino3_rope_base, exponents).reciprocal();
    const auto angles = [&](int64_t count) {
        const Tensor places = (at::arange(count, options) + 0.5) / static_cast<double>(count) * 2.0 - 1.0;
        return 2.0 * std::numbers::pi * places.unsqueeze(1) * frequencies;
    };
    const int64_t width = frequencies.size(0);
    const Tensor down = angles(rows).unsqueeze(1).expand({rows, columns, width});
    const Tensor across = angles(columns).unsqueeze(0).expand({rows, columns, width});
    const Tensor all = at::cat({down, across}, -1).flatten(0, 1);
    return {.cos = all.cos(), .sin = all.sin()};
}

// The last tokens of [batch, heads, tokens, size] are turned by their places.
Tensor placed_tokens(const Tensor& x, const Rope& places) {
    const int64_t before = x.size(2) - places.cos.size(0);
    return at::cat({x.narrow(2, 0, before), rotate_halves(x.slice(2, before), places)}, 2);
}

}  // namespace

Dino3Vision::Layer::Layer(const Weights& w)
    : norm1(w / "norm1"), norm2(w / "norm2"), q(w / "attention" / "q_proj"), k(w / "attention" / "k_proj"),
      v(w / "attention" / "v_proj"), out(w / "attention" / "o_proj"), up(w / "mlp" / "up_proj"),
      down(w / "mlp" / "down_proj"), scale1(w["layer_scale1.lambda1"]), scale2(w["layer_scale2.lambda1"]) {
    if (w.has_part("mlp.gate_proj")) gate.emplace(w / "mlp" / "gate_proj");
}

Tensor Dino3Vision::Layer::operator()(const Tensor& x, const Rope& places) const {
    const int64_t heads = q.out_features() / dino3_head;
    const Tensor normed = norm1(x);
    const Tensor queries = placed_tokens(split_heads(q(normed), heads), places);
    const Tensor keys = placed_tokens(split_heads(k(normed), heads), places);
    const Tensor seen = out(merge_heads(attention(queries, keys, split_heads(v(normed), heads))));
    const Tensor y = seen * scale1.like(x) + x;
    const Tensor inner = norm2(y);
    const Tensor wide = gate ? at::silu((*gate)(inner)) * up(inner) : at::gelu(up(inner));
    return down(wide) * scale2.like(y) + y;
}

Dino3Vision::Dino3Vision(const Weights& w)
    : patches_(w["embeddings.patch_embeddings.weight"]), patch_bias_(w["embeddings.patch_embeddings.bias"]),
      class_token_(w["embeddings.cls_token"]), registers_(w["embeddings.register_tokens"]), norm_(w / "norm") {
    for (int64_t i = 0; i < w.count("layer"); ++i)
        layers_.emplace_back(w / "layer" / i);
}

bool Dino3Vision::matches(const TensorMap& tensors) {
    return tensors.contains("embeddings.register_tokens") && tensors.contains("layer.0.attention.o_proj.bias");
}

Tensor Dino3Vision::prepared(const Tensor& pixels, ClipVision::Fit fit) const {
    const int64_t side = layers_.front().gate ? huge_side : large_side;
    return normalised_planes(fitted_to_square(color_planes(pixels), side, fit), {0.485, 0.456, 0.406},
                             {0.229, 0.224, 0.225});
}

ClipVisionOutput Dino3Vision::operator()(const Tensor& prepared) const {
    const int64_t batch = prepared.size(0), patch = patches_.size(-1);
    const Tensor cells =
        at::conv2d(prepared, patches_.like(prepared), patch_bias_.like(prepared), patch).flatten(2).transpose(1, 2);
    Tensor x = at::cat(
        {class_token_.like(cells).expand({batch, -1, -1}), registers_.like(cells).expand({batch, -1, -1}), cells}, 1);
    const Rope places = patch_places(prepared.size(2) / patch, prepared.size(3) / patch, prepared.device());
    ClipVisionOutput output;
    for (const Layer& layer : layers_) {
        output.penultimate_hidden_states = x;
        x = layer(x, places);
    }
    output.last_hidden_state = norm_(x);
    output.image_embeds = output.last_hidden_state.select(1, 0);
    return with_sizes(std::move(output), prepared);
}

}  // namespace easel::inference
