#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerLCMUpscale {
    double scale_ratio = 1.0;
    std::int64_t scale_steps = -1;
    std::string upscale_method;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_advanced_samplers";
        s.category = "model/sampling/samplers";
        s.in("scale_ratio", &SamplerLCMUpscale::scale_ratio).range(0.1, 20.0).step(0.01).advanced();
        s.in("scale_steps", &SamplerLCMUpscale::scale_steps).range(-1, 1000).step(1).advanced();
        s.in("upscale_method", &SamplerLCMUpscale::upscale_method)
            .choices(one_of({"bislerp", "nearest-exact", "bilinear", "area", "bicubic"}));
    }

    Sampler execute() const {
        return {.function =
                    inference::samplers::with(inference::samplers::lcm_upscale,
                                              {.scale = scale_ratio, .steps = scale_steps, .method = upscale_method})};
    }
};

}  // namespace

void register_sampler_lcm_upscale(Registry& registry) { registry.add<SamplerLCMUpscale>("SamplerLCMUpscale"); }

}  // namespace easel::nodes
