#include "inference/patches/scale_patch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPAttentionMultiply {
    Clip clip;
    double q = 1.0;
    double k = 1.0;
    double v = 1.0;
    double out = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_attention_multiply";
        s.category = "experimental/attention_experiments";
        s.experimental = true;
        s.search_aliases = {"clip attention scale", "text encoder attention"};
        s.in("clip", &CLIPAttentionMultiply::clip);
        s.in("q", &CLIPAttentionMultiply::q).range(0.0, 10.0).step(0.01).advanced();
        s.in("k", &CLIPAttentionMultiply::k).range(0.0, 10.0).step(0.01).advanced();
        s.in("v", &CLIPAttentionMultiply::v).range(0.0, 10.0).step(0.01).advanced();
        s.in("out", &CLIPAttentionMultiply::out).range(0.0, 10.0).step(0.01).advanced();
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

