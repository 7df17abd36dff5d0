#include "base/error.hpp"
#include "inference/memory/device.hpp"
#include "inference/models/seedvr/latent_chunks.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> seed_vr2_temporal_chunk_chunking_mode_branches() {
    InputSpec manual_frames_per_chunk = inner_input("frames_per_chunk", "INT");
    Field<std::int64_t>(manual_frames_per_chunk)
        .default_value(21)
        .range(1, 16384)
        .step(4)
        .tooltip("Pixel frames per temporal chunk (4n+1: 1, 5, 9, 13, ...).");
    return {{"auto", {}}, {"manual", {manual_frames_per_chunk}}};
}

struct SeedVR2TemporalChunk {
    Latent latent;
    std::int64_t temporal_overlap = 0;
    Chosen chunking_mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_seedvr";
        s.category = "model/latent/batch";
        s.display_name = "Split SeedVR2 Latent";
        s.description = "Split a SeedVR2 video latent into overlapping temporal chunks small enough to sample one at a "
                        "time within VRAM, wiring latents outputs to both Apply SeedVR2 Conditioning and the sampler "
                        "latent input before recombining with Merge SeedVR2 Latents.";
        s.search_aliases = {"seedvr2", "split", "chunk", "temporal", "video upscale", "rebatch"};
        s.in("latent", &SeedVR2TemporalChunk::latent).tooltip("The VAE-encoded SeedVR2 latent to split.");
        s.in("temporal_overlap", &SeedVR2TemporalChunk::temporal_overlap)
            .range(0, 16384)
            .tooltip("Latent frames shared between adjacent chunks and crossfaded at merge; 0 = no overlap.");
        choice_in(s, "chunking_mode",
                  "manual = use frames_per_chunk exactly; auto = predict the largest chunk that fits free VRAM.",
                  seed_vr2_temporal_chunk_chunking_mode_branches(), &SeedVR2TemporalChunk::chunking_mode);
        s.out("latents").tooltip = "The temporal chunks in sequence order.";
        s.out("temporal_overlap").tooltip =
            "The effective latent-frame overlap between adjacent chunks, for Merge SeedVR2 Latents.";
    }

    std::tuple<List<Latent>, std::int64_t> execute() const {
        const Tensor& samples = latent.samples;
        if (samples.dim() != 5 || samples.size(1) != 16)
            throw NamedError("ValueError",
                             "SeedVR2TemporalChunk needs a latent of SeedVR2's VAE, 16 channels of a video");
        const auto free = static_cast<double>(inference::device_state(at::kCPU).free);
        const std::int64_t frames = chunking_mode.key == "auto"
                                        ? inference::seedvr::frames_that_fit(samples.sizes(), free)
                                        : chunking_mode.integer("frames_per_chunk");
        if (frames < 1 || (frames - 1) % 4 != 0)
            throw NamedError("ValueError", "frames_per_chunk is a multiple of 4 and one more (1, 5, 9, ...), not " +
                                               std::to_string(frames));
        const std::int64_t length = (frames - 1) / 4 + 1;
        if (samples.size(2) <= length) return {{latent}, 0};
        const std::int64_t overlap = std::min(temporal_overlap, length - 1);
        List<Latent> parts;
        for (const Tensor& part : inference::seedvr::split_frames(samples, length, overlap)) {
            parts.push_back(latent);
            parts.back().samples = part;
        }
        return {parts, overlap};
    }
};

}  // namespace

void register_seed_vr2_temporal_chunk(Registry& registry) {
    registry.add<SeedVR2TemporalChunk>("SeedVR2TemporalChunk");
}

}  // namespace easel::nodes
