#include "inference/vision/ip_adapter.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference {
namespace {

constexpr int64_t head_size = 64;  // of the resampler

// Learned queries that look at a picture's features (Alayrac et al. 2022).
struct ResamplerLayer {
    LayerNorm features_norm, queries_norm, ff_norm;
    Linear q, kv, out, ff_in, ff_out;

    explicit ResamplerLayer(const Weights& w)
        : features_norm(w / 0 / "norm1"), queries_norm(w / 0 / "norm2"), ff_norm(w / 1 / 0), q(w / 0 / "to_q"),
          kv(w / 0 / "to_kv"), out(w / 0 / "to_out"), ff_in(w / 1 / 1), ff_out(w / 1 / 3) {}

    Tensor operator()(Tensor queries, const Tensor& features) const {
        const Tensor own = queries_norm(queries);
        const auto parts = kv(at::cat({features_norm(features), own}, 1)).chunk(2, -1);
        queries = queries + out(attention(q(own), parts[0], parts[1], q.out_features() / head_size));
        return queries + ff_out(at::gelu(ff_in(ff_norm(queries))));
    }
};

}  // namespace

struct IpAdapter::State {
    Weights weights;
    // One of: tokens from an embedding, from all features one by one, or from learned queries.
    std::optional<Linear> projection;
    std::optional<LayerNorm> norm;
    std::optional<Linear> mlp_in, mlp_out, features_in, features_out;
    std::vector<ResamplerLayer> resampler;
    Weight queries;
    std::vector<Linear> keys, values;

    explicit State(Weights w) : weights(std::move(w)) {
        const Weights image = weights / "image_proj";
        if (image.contains("latents")) {
            queries = image["latents"];
            features_in.emplace(image / "proj_in");
            features_out.emplace(image / "proj_out");
            norm.emplace(image / "norm_out");
            resampler = blocks_of<ResamplerLayer>(image / "layers");
        } else if (image.contains("proj.3.weight")) {
            mlp_in.emplace(image / "proj" / 0);
            mlp_out.emplace(image / "proj" / 2);
            norm.emplace(image / "proj" / 3);
        } else if (image.contains("proj.weight")) {
            projection.emplace(image / "proj");
            norm.emplace(image / "norm");
        } else {
            throw ModelError(weights.origin() + " is no IP-Adapter that is known");
        }
        // Attentions are counted by odd numbers.
        for (int64_t number = 1; (weights / "ip_adapter" / number).has_part("to_k_ip"); number += 2) {
            keys.emplace_back(weights / "ip_adapter" / number / "to_k_ip");
            values.emplace_back(weights / "ip_adapter" / number / "to_v_ip");
        }
    }
};

IpAdapter::IpAdapter(const WeightFile& file)
    : state_(std::make_unique<State>(Weights(std::make_shared<WeightTable>(
          file.tensors, WeightTable::Settings{.origin = file.path.filename().string()})))) {}

IpAdapter::~IpAdapter() = default;

bool IpAdapter::reads_features() const { return !state_->projection; }
int64_t IpAdapter::attention_count() const { return static_cast<int64_t>(state_->keys.size()); }

Tensor IpAdapter::read(const ClipVisionOutput& seen) const {
    return (reads_features() ? seen.penultimate_hidden_states : seen.image_embeds).to(at::kFloat);
}

Tensor IpAdapter::tokens(const Tensor& read) const {
    const State& s = *state_;
    if (s.projection) {
        const Tensor flat = (*s.projection)(read);
        return (*s.norm)(flat.view({flat.size(0), -1, s.norm->weight.size(0)}));
    }
    if (s.mlp_in) return (*s.norm)((*s.mlp_out)(at::gelu((*s.mlp_in)(read))));
    const Tensor projected = (*s.features_in)(read);
    Tensor queries = s.queries.like(projected).expand({read.size(0), -1, -1});
    for (const ResamplerLayer& layer : s.resampler)
        queries = layer(queries, projected);
    return (*s.norm)((*s.features_out)(queries));
}

IpAdapter::KeysAndValues IpAdapter::project(int64_t attention, const Tensor& tokens) const {
    const auto index = static_cast<std::size_t>(attention);
    return {state_->keys[index](tokens), state_->values[index](tokens)};
}

}  // namespace easel::inference
