#include "inference/guidance/unet_patches.hpp"
#include "nodes/patches/attention/attention_factors.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct UNetSelfAttentionMultiply : AttentionFactors {
    Model model;

    static void declare(Schema& s) {
        declare_attention_experiment(s);
        s.in("model", &UNetSelfAttentionMultiply::model);
        declare_factors(s);
    }

    Model execute() const { return inference::scale_attention(model, "attn1", {.q = q, .k = k, .v = v, .out = out}); }
};

}  // namespace

void register_u_net_self_attention_multiply(Registry& registry) {
    registry.add<UNetSelfAttentionMultiply>("UNetSelfAttentionMultiply");
}

}  // namespace easel::nodes
