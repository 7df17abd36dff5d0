#include "inference/patches/scale_patch.hpp"
#include "nodes/patches/attention/attention_factors.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPAttentionMultiply : AttentionFactors {
    Clip clip;

    static void declare(Schema& s) {
        declare_attention_experiment(s);
        s.search_aliases = {"clip attention scale", "text encoder attention"};
        s.in("clip", &CLIPAttentionMultiply::clip);
        declare_factors(s);
    }

    Clip execute() const {
        const auto factor = [&](std::string_view module) {
            if (module.ends_with("self_attn.q_proj")) return q;
            if (module.ends_with("self_attn.k_proj")) return k;
            if (module.ends_with("self_attn.v_proj")) return v;
            return module.ends_with("self_attn.out_proj") ? out : 1.0;
        };
        return clip.with_patches(inference::scale_patches(*clip.weights(), factor));
    }
};

}  // namespace

void register_clip_attention_multiply(Registry& registry) {
    registry.add<CLIPAttentionMultiply>("CLIPAttentionMultiply");
}

}  // namespace easel::nodes
