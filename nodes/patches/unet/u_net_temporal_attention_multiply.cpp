#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct UNetTemporalAttentionMultiply {
    Model model;
    double self_structural = 1.0;
    double self_temporal = 1.0;
    double cross_structural = 1.0;
    double cross_temporal = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_attention_multiply";
        s.category = "experimental/attention_experiments";
        s.experimental = true;
        s.in("model", &UNetTemporalAttentionMultiply::model);
        s.in("self_structural", &UNetTemporalAttentionMultiply::self_structural).range(0.0, 10.0).step(0.01).advanced();
        s.in("self_temporal", &UNetTemporalAttentionMultiply::self_temporal).range(0.0, 10.0).step(0.01).advanced();
        s.in("cross_structural", &UNetTemporalAttentionMultiply::cross_structural)
            .range(0.0, 10.0)
            .step(0.01)
            .advanced();
        s.in("cross_temporal", &UNetTemporalAttentionMultiply::cross_temporal).range(0.0, 10.0).step(0.01).advanced();
    }

    Model execute() const {
        return inference::scale_attention_outputs(model, {.self_structural = self_structural,
                                                          .self_temporal = self_temporal,
                                                          .cross_structural = cross_structural,
                                                          .cross_temporal = cross_temporal});
    }
};

}  // namespace

void register_u_net_temporal_attention_multiply(Registry& registry) {
    registry.add<UNetTemporalAttentionMultiply>("UNetTemporalAttentionMultiply");
}

}  // namespace easel::nodes
