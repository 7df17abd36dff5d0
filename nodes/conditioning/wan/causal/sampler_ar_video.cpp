#include "inference/models/wan/causal/ar_video.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerARVideo {
    std::int64_t num_frame_per_block = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ar_video";
        s.category = "model/sampling/samplers";
        s.display_name = "Sampler AR Video";
        s.in("num_frame_per_block", &SamplerARVideo::num_frame_per_block)
            .range(1, 64)
            .tooltip("Frames per autoregressive block. 1 = framewise, 3 = chunkwise. Must match the checkpoint's "
                     "training mode.");
    }

    Sampler execute() const { return {.function = inference::wan::ar_video(num_frame_per_block)}; }
};

}  // namespace

void register_sampler_ar_video(Registry& registry) { registry.add<SamplerARVideo>("SamplerARVideo"); }

}  // namespace easel::nodes
