#include "inference/guidance/unet_patches.hpp"
#include "nodes/patches/attention/attention_factors.hpp"
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
        declare_attention_experiment(s);
        s.in("model", &UNetTemporalAttentionMultiply::model);
        factor_in(s, "self_structural", &UNetTemporalAttentionMultiply::self_structural);
        factor_in(s, "self_temporal", &UNetTemporalAttentionMultiply::self_temporal);
        factor_in(s, "cross_structural", &UNetTemporalAttentionMultiply::cross_structural);
        factor_in(s, "cross_temporal", &UNetTemporalAttentionMultiply::cross_temporal);
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
