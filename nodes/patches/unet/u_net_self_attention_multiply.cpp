#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct UNetSelfAttentionMultiply {
    Model model;
    double q = 1.0;
    double k = 1.0;
    double v = 1.0;
    double out = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_attention_multiply";
        s.category = "experimental/attention_experiments";
        s.experimental = true;
        s.in("model", &UNetSelfAttentionMultiply::model);
        s.in("q", &UNetSelfAttentionMultiply::q).range(0.0, 10.0).step(0.01).advanced();
        s.in("k", &UNetSelfAttentionMultiply::k).range(0.0, 10.0).step(0.01).advanced();
        s.in("v", &UNetSelfAttentionMultiply::v).range(0.0, 10.0).step(0.01).advanced();
        s.in("out", &UNetSelfAttentionMultiply::out).range(0.0, 10.0).step(0.01).advanced();
    }

    Model execute() const { return inference::scale_attention(model, "attn1", {.q = q, .k = k, .v = v, .out = out}); }
};

}  // namespace

void register_u_net_self_attention_multiply(Registry& registry) {
    registry.add<UNetSelfAttentionMultiply>("UNetSelfAttentionMultiply");
}

}  // namespace easel::nodes
