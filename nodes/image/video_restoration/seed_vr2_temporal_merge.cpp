#include "inference/models/seedvr/latent_chunks.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct SeedVR2TemporalMerge {
    List<Latent> latents;
    List<std::int64_t> temporal_overlap{0};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_seedvr";
        s.category = "model/latent/batch";
        s.display_name = "Merge SeedVR2 Latents";
        s.description = "Recombine sampled SeedVR2 latent temporal chunks into one latent, crossfading each overlap "
                        "with a Hann window sized by the temporal_overlap wired from Split SeedVR2 Latent.";
        s.search_aliases = {"seedvr2", "merge", "temporal", "hann", "crossfade"};
        s.in("latents", &SeedVR2TemporalMerge::latents).tooltip("The sampled temporal chunks in sequence order.");
        s.in("temporal_overlap", &SeedVR2TemporalMerge::temporal_overlap)
            .range(0, 16384)
            .force_input()
            .tooltip("The temporal_overlap output of Split SeedVR2 Latent. 0 = plain concatenation.");
        s.out("latent").tooltip = "The recombined full-length latent.";
    }

    Latent execute() const {
        std::vector<Tensor> parts;
        for (const Latent& latent : latents)
            parts.push_back(latent.samples);
        Latent joined = latents.front();
        joined.noise_mask.reset();
        joined.samples = inference::seedvr::join_frames(parts, temporal_overlap.front());
        return joined;
    }
};

}  // namespace

void register_seed_vr2_temporal_merge(Registry& registry) {
    registry.add<SeedVR2TemporalMerge>("SeedVR2TemporalMerge");
}

}  // namespace easel::nodes
