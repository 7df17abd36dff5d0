#include "inference/control/gligen.hpp"

#include "inference/layers/attention.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t most_objects = 30, frequencies = 8;
constexpr double highest_frequency = 100.0;
constexpr int64_t sd1_heads = 8, later_head_size = 64;

// Corners [.., 4] as sines and cosines of rising frequencies: [.., 64].
Tensor as_waves(const Tensor& corners) {
    std::vector<Tensor> waves;
    for (int64_t i = 0; i < frequencies; ++i) {
        const double frequency = std::pow(highest_frequency, static_cast<double>(i) / static_cast<double>(frequencies));
        waves.push_back((corners * frequency).sin());
        waves.push_back((corners * frequency).cos());
    }
    return at::cat(waves, -1);
}

int64_t heads_of(int64_t width, int64_t key_width) {
    const bool is_sd1 = key_width == 768 || key_width < 512;
    return is_sd1 ? sd1_heads : width / later_head_size;
}

}  // namespace

Gligen::Layer::Layer(const Weights& w)
    : linear(w / "linear"), q(w / "attn" / "to_q"), k(w / "attn" / "to_k"), v(w / "attn" / "to_v"),
      out(w / "attn" / "to_out" / 0), ff_in(w / "ff" / "net" / 0 / "proj"), ff_out(w / "ff" / "net" / 2),
      norm1(w / "norm1"), norm2(w / "norm2"), alpha_attention(w["alpha_attn"]), alpha_dense(w["alpha_dense"]),
      heads(heads_of(linear.out_features(), linear.in_features())) {}

// Tokens [batch, tokens, dim] look at each other and at the objects [batch, objects, key dim], gated.
Tensor Gligen::Layer::operator()(Tensor x, const Tensor& objects) const {
    const Tensor all = norm1(at::cat({x, linear(objects)}, 1));
    const Tensor seen = out(attention(q(all), k(all), v(all), heads)).narrow(1, 0, x.size(1));
    x = x + alpha_attention.like(x).tanh() * seen;
    const auto halves = ff_in(norm2(x)).chunk(2, -1);  // values, gates
    return x + alpha_dense.like(x).tanh() * ff_out(halves[0] * at::gelu(halves[1]));
}

Gligen::Gligen(const Weights& w)
    : weights_(w), first_(w / "position_net" / "linears" / 0), second_(w / "position_net" / "linears" / 2),
      third_(w / "position_net" / "linears" / 4), no_phrase_(w["position_net.null_positive_feature"]),
      no_box_(w["position_net.null_position_feature"]) {
    constexpr int64_t most_blocks = 20;
    for (const char* part : {"input_blocks", "middle_block", "output_blocks"})
        for (int64_t i = 0; i < most_blocks; ++i)
            for (const Weights& stage : {w / part / i / 1, w / part / i})
                if (stage.has_part("transformer_blocks.0.fuser"))
                    layers_.emplace_back(stage / "transformer_blocks" / 0 / "fuser");
    if (layers_.empty()) throw ModelError(w.origin() + " is no GLIGEN model");
}

class GligenGrounding final : public Grounding {
public:
    GligenGrounding(const Gligen& model, Tensor objects) : model_(model), objects_(std::move(objects)) {}

    Tensor operator()(const Tensor& x, int64_t block) const override {
        if (block >= static_cast<int64_t>(model_.layers_.size())) return x;
        const Tensor objects = objects_.to(x.scalar_type()).expand({x.size(0), -1, -1});
        return model_.layers_[static_cast<std::size_t>(block)](x, objects);
    }

private:
    const Gligen& model_;
    Tensor objects_;  // [1, objects, dim]
};

std::shared_ptr<const Grounding> Gligen::grounding(const std::vector<GroundedPhrase>& phrases,
                                                   at::IntArrayRef latent) const {
    const auto rows = static_cast<double>(latent[latent.size() - 2]), columns = static_cast<double>(latent.back());
    const Tensor like = at::empty({0}, at::TensorOptions(at::kFloat).device(weights_.device()));
    Tensor corners = at::zeros({most_objects, 4}), present = at::zeros({most_objects, 1});
    Tensor pooled = at::zeros({most_objects, no_phrase_.size(0)});
    const auto count = std::min(static_cast<int64_t>(phrases.size()), most_objects);
    for (int64_t i = 0; i < count; ++i) {
        const GroundedPhrase& phrase = phrases[static_cast<std::size_t>(i)];
        corners[i] = at::tensor({static_cast<double>(phrase.x) / columns, static_cast<double>(phrase.y) / rows,
                                 static_cast<double>(phrase.x + phrase.width) / columns,
                                 static_cast<double>(phrase.y + phrase.height) / rows},
                                at::kFloat);
        present[i] = 1.0;
        pooled[i].copy_(phrase.pooled[0]);
    }
    const Tensor absent = 1.0 - present;
    const Tensor words = pooled * present + absent * no_phrase_.like(like);
    const Tensor places = as_waves(corners) * present + absent * no_box_.like(like);
    const Tensor objects = third_(at::silu(second_(at::silu(first_(at::cat({words, places}, -1))))));
    return std::make_shared<const GligenGrounding>(*this, objects.unsqueeze(0));
}

}  // namespace easel::inference
