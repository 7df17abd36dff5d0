#include "nodes/sampling/run_sampler.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerCustom {
    Model model;
    bool add_noise = true;
    std::uint64_t noise_seed = 0;
    double cfg = 8.0;
    Conditioning positive;
    Conditioning negative;
    Sampler sampler;
    Sigmas sigmas;
    Latent latent_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/custom";
        s.in("model", &SamplerCustom::model);
        s.in("add_noise", &SamplerCustom::add_noise).advanced();
        s.in("noise_seed", &SamplerCustom::noise_seed).range(0, 18446744073709551615ull).control_after_generate();
        s.in("cfg", &SamplerCustom::cfg).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("positive", &SamplerCustom::positive);
        s.in("negative", &SamplerCustom::negative);
        s.in("sampler", &SamplerCustom::sampler);
        s.in("sigmas", &SamplerCustom::sigmas);
        s.in("latent_image", &SamplerCustom::latent_image);
        s.out("output");
        s.out("denoised_output");
    }

    std::tuple<Latent, Latent> execute(Context& context) const {
        return run_custom_sampler({.guider = inference::cfg_guider(model, positive, negative, cfg),
                                   .sampler = sampler,
                                   .sigmas = sigmas,
                                   .noise = {.seed = noise_seed, .is_zero = !add_noise},
                                   .latent = latent_image,
                                   .hooks = {}},
                                  context);
    }
};

}  // namespace

void register_sampler_custom(Registry& registry) { registry.add<SamplerCustom>("SamplerCustom"); }

}  // namespace easel::nodes
