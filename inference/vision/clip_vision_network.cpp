#include "inference/vision/clip_vision_network.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/patches.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace easel::inference {
namespace {

constexpr int64_t most_layers_of_l = 30;  // with ViT-L's 24 the quick approximation of GELU was used
constexpr int64_t siglip_patches = 256;   // the most that SigLIP 2 cuts a picture into

// The size of an attention head: 16 heads in every trained model, which differ in width.
int64_t head_size(bool has_class_token, int64_t layers) {
    if (!has_class_token) return 72;             // SigLIP so400m
    if (layers >= 48) return 104;                // ViT-bigG
    return layers > most_layers_of_l ? 80 : 64;  // ViT-H, ViT-L
}

// The largest multiples of `patch` in about this aspect ratio that make no more patches than SigLIP 2 takes.
std::array<int64_t, 2> flexible_size(int64_t height, int64_t width, int64_t patch) {
    const auto scaled = [&](int64_t side, double scale) {
        const double patches = std::ceil(static_cast<double>(side) * scale / static_cast<double>(patch));
        return std::max<int64_t>(1, static_cast<int64_t>(patches)) * patch;
    };
    constexpr double precision = 1e-5;
    double low = precision / 10.0, high = 100.0;
    while (high - low >= precision) {
        const double middle = (low + high) / 2.0;
        const bool fits = scaled(height, middle) / patch * (scaled(width, middle) / patch) <= siglip_patches;
        (fits ? low : high) = middle;
    }
    return {scaled(height, low), scaled(width, low)};
}

}  // namespace

Tensor color_planes(const Tensor& pixels) {
    return pixels.narrow(-1, 0, std::min<int64_t>(3, pixels.size(-1))).movedim(-1, 1).to(at::kFloat);
}

Tensor fitted_to_square(const Tensor& planes, int64_t size, ClipVision::Fit fit) {
    if (planes.size(2) == size && planes.size(3) == size) return planes;
    const double scale = static_cast<double>(size) / static_cast<double>(std::min(planes.size(2), planes.size(3)));
    const auto scaled = [&](int64_t length) {
        return fit == ClipVision::Fit::squeeze
                   ? size
                   : static_cast<int64_t>(std::nearbyint(scale * static_cast<double>(length)));
    };
    const Tensor resized = at::_upsample_bicubic2d_aa(planes, {scaled(planes.size(2)), scaled(planes.size(3))},
                                                      /*align_corners=*/false);
    return resized.narrow(2, (resized.size(2) - size) / 2, size).narrow(3, (resized.size(3) - size) / 2, size);
}

Tensor normalised_planes(const Tensor& planes, at::ArrayRef<double> mean, at::ArrayRef<double> deviation) {
    const auto per_channel = [](at::ArrayRef<double> values) { return at::tensor(values, at::kFloat).view({3, 1, 1}); };
    const Tensor bytes = (planes * 255.0).clamp(0, 255).round() / 255.0;  // as if it came from a file
    return (bytes - per_channel(mean)) / per_channel(deviation);
}

ClipVisionOutput with_sizes(ClipVisionOutput output, const Tensor& prepared) {
    output.image_sizes.assign(static_cast<std::size_t>(prepared.size(0)),
                              {prepared.size(1), prepared.size(2), prepared.size(3)});
    return output;
}

ClipTransformer::Layer::Layer(const Weights& w)
    : norm1(w / "layer_norm1"), norm2(w / "layer_norm2"), q(w / "self_attn" / "q_proj"), k(w / "self_attn" / "k_proj"),
      v(w / "self_attn" / "v_proj"), out(w / "self_attn" / "out_proj"), fc1(w / "mlp" / "fc1"), fc2(w / "mlp" / "fc2") {
}

ClipTransformer::ClipTransformer(const Weights& file) {
    const Weights w = file / "vision_model", embeddings = w / "embeddings", blocks = w / "encoder" / "layers";
    patches_ = embeddings["patch_embedding.weight"];
    patch_bias_ = embeddings.maybe("patch_embedding.bias");
    class_token_ = embeddings.maybe("class_embedding");
    positions_ = embeddings["position_embedding.weight"];
    const bool is_flat = patches_.shape().size() == 2;  // a linear layer over patches cut beforehand
    kind_ = class_token_ ? Kind::clip : is_flat ? Kind::siglip2 : Kind::siglip;
    patch_ = is_flat ? static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(patches_.size(1)) / 3.0)))
                     : patches_.size(3);
    layers_ = blocks_of<Layer>(blocks);
    const auto count = static_cast<int64_t>(layers_.size());
    heads_ = std::max<int64_t>(1, patches_.size(0) / head_size(class_token_.defined(), count));
    if (kind_ == Kind::clip) norm_before_.emplace(w / "pre_layrnorm");
    norm_after_ = LayerNorm(w / "post_layernorm");
    projection_ = file.maybe("visual_projection.weight");
    const Weights projector = file / "multi_modal_projector";
    if (projector.contains("linear_1.weight"))
        projector_ = {.first = Linear(projector / "linear_1"), .second = Linear(projector / "linear_2")};
}

Tensor ClipTransformer::prepared(const Tensor& pixels, ClipVision::Fit fit) const {
    const Tensor planes = color_planes(pixels);
    if (kind_ == Kind::siglip2) {
        const auto size = flexible_size(planes.size(2), planes.size(3), patch_);
        return normalised_planes(at::_upsample_bilinear2d_aa(planes, size, /*align_corners=*/false), {0.5, 0.5, 0.5},
                                 {0.5, 0.5, 0.5});
    }
    const int64_t size =
        kind_ == Kind::siglip && patch_ == 14 ? 384 : patches_per_side() * patch_;  // 384 leaves a rest of 6
    const Tensor square = fitted_to_square(planes, size, fit);
    if (kind_ == Kind::siglip) return normalised_planes(square, {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5});
    return normalised_planes(square, {0.48145466, 0.4578275, 0.40821073}, {0.26862954, 0.26130258, 0.27577711});
}

// [batch, tokens, dim], with positions.
Tensor ClipTransformer::embedded(const Tensor& pixels) const {
    if (kind_ == Kind::siglip2) {
        const Tensor tokens = at::linear(to_patches(pixels, patch_, PatchOrder::channels_last), patches_.like(pixels),
                                         patch_bias_.like(pixels));
        const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(positions_.size(0)))));
        const Tensor table = positions_.like(pixels).t().reshape({1, -1, side, side});
        const Tensor grid = at::_upsample_bilinear2d_aa(table, {pixels.size(2) / patch_, pixels.size(3) / patch_},
                                                        /*align_corners=*/false);
        return tokens + grid.flatten(2).transpose(1, 2);
    }
    Tensor tokens =
        at::conv2d(pixels, patches_.like(pixels), patch_bias_.like(pixels), patch_).flatten(2).transpose(1, 2);
    if (class_token_) tokens = at::cat({class_token_.like(tokens).expand({tokens.size(0), 1, -1}), tokens}, 1);
    return tokens + positions_.like(tokens);
}

Tensor ClipTransformer::activated(const Tensor& x) const {
    if (kind_ != Kind::clip) return at::gelu(x, "tanh");
    const bool quick = static_cast<int64_t>(layers_.size()) <= most_layers_of_l;
    return quick ? x * at::sigmoid(x * 1.702) : at::gelu(x);
}

void ClipTransformer::run(const Layer& layer, Tensor& x) const {
    const Tensor normed = layer.norm1(x);
    x = x + layer.out(attention(layer.q(normed), layer.k(normed), layer.v(normed), heads_));
    x = x + layer.fc2(activated(layer.fc1(layer.norm2(x))));
}

Tensor ClipTransformer::last_states(const Tensor& pixels) const {
    Tensor x = embedded(pixels);
    if (norm_before_) x = (*norm_before_)(x);
    for (const Layer& layer : layers_)
        run(layer, x);
    return kind_ == Kind::clip ? x : norm_after_(x);
}

int64_t ClipTransformer::patches_per_side() const {
    return static_cast<int64_t>(std::sqrt(static_cast<double>(positions_.size(0))));
}

ClipVisionOutput ClipTransformer::operator()(const Tensor& pixels) const {
    Tensor x = embedded(pixels);
    if (norm_before_) x = (*norm_before_)(x);
    std::vector<Tensor> states;
    for (const Layer& layer : layers_) {
        run(layer, x);
        states.push_back(x);
    }
    ClipVisionOutput output;
    output.penultimate_hidden_states = states[states.size() - std::min<std::size_t>(2, states.size())];
    if (kind_ == Kind::siglip) output.all_hidden_states = at::stack(states, 1);
    output.last_hidden_state = kind_ == Kind::clip ? x : norm_after_(x);
    const Tensor pooled = kind_ == Kind::clip ? norm_after_(x.select(1, 0)) : output.last_hidden_state;
    output.image_embeds = projection_ ? at::linear(pooled, projection_.like(pooled)) : pooled;
    if (projector_)
        output.mm_projected =
            projector_->second(at::gelu(projector_->first(output.penultimate_hidden_states.slice(1, 1))));
    return with_sizes(std::move(output), pixels);
}

}  // namespace easel::inference
