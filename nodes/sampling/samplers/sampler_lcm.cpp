#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerLCM {
    double s_noise = 1.0;
    double s_noise_end = 1.0;
    double noise_clip_std = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_advanced_samplers";
        s.category = "model/sampling/samplers";
        s.description =
            "LCM sampler with tunable per-step noise. s_noise is a multiplier on the model's training noise scale";
        s.in("s_noise", &SamplerLCM::s_noise)
            .range(0.0, 64.0)
            .step(0.01)
            .tooltip("Per-step noise multiplier at the first step (1.0 = match training).");
        s.in("s_noise_end", &SamplerLCM::s_noise_end)
            .range(0.0, 64.0)
            .step(0.01)
            .tooltip("Per-step noise multiplier at the last step. Set equal to s_noise for a constant schedule.");
        s.in("noise_clip_std", &SamplerLCM::noise_clip_std)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip("Clamp per-step noise to +/- N*std. 0 disables.");
    }

    Sampler execute() const {
        return {
            .function = inference::samplers::with(
                inference::samplers::lcm, {.s_noise = s_noise, .s_noise_end = s_noise_end, .clip = noise_clip_std})};
    }
};

}  // namespace

void register_sampler_lcm(Registry& registry) { registry.add<SamplerLCM>("SamplerLCM"); }

}  // namespace easel::nodes
