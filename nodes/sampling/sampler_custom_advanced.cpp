#include "nodes/sampling/run_sampler.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerCustomAdvanced {
    NoiseSource noise;
    Guider guider;
    Sampler sampler;
    Sigmas sigmas;
    Latent latent_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/custom";
        s.in("noise", &SamplerCustomAdvanced::noise);
        s.in("guider", &SamplerCustomAdvanced::guider);
        s.in("sampler", &SamplerCustomAdvanced::sampler);
        s.in("sigmas", &SamplerCustomAdvanced::sigmas);
        s.in("latent_image", &SamplerCustomAdvanced::latent_image);
        s.out("output");
        s.out("denoised_output");
    }

    std::tuple<Latent, Latent> execute(Context& context) const {
        return run_custom_sampler({.guider = guider,
                                   .sampler = sampler,
                                   .sigmas = sigmas,
                                   .noise = noise,
                                   .latent = latent_image,
                                   .hooks = {}},
                                  context);
    }
};

}  // namespace

void register_sampler_custom_advanced(Registry& registry) {
    registry.add<SamplerCustomAdvanced>("SamplerCustomAdvanced");
}

}  // namespace easel::nodes
