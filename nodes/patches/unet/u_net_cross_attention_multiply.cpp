#include "inference/guidance/unet_patches.hpp"
#include "nodes/patches/attention/attention_factors.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct UNetCrossAttentionMultiply : AttentionFactors {
    Model model;

    static void declare(Schema& s) {
        declare_attention_experiment(s);
        s.in("model", &UNetCrossAttentionMultiply::model);
        declare_factors(s);
    }

    Model execute() const { return inference::scale_attention(model, "attn2", {.q = q, .k = k, .v = v, .out = out}); }
};

}  // namespace

void register_u_net_cross_attention_multiply(Registry& registry) {
    registry.add<UNetCrossAttentionMultiply>("UNetCrossAttentionMultiply");
}

}  // namespace easel::nodes
