#include "inference/sampling/sample.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AddNoise {
    Model model;
    NoiseSource noise;
    Sigmas sigmas;
    Latent latent_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/noise";
        s.experimental = true;
        s.in("model", &AddNoise::model);
        s.in("noise", &AddNoise::noise);
        s.in("sigmas", &AddNoise::sigmas);
        s.in("latent_image", &AddNoise::latent_image);
    }

    Latent execute() const { return inference::add_noise(model, noise, sigmas, latent_image); }
};

}  // namespace

void register_add_noise(Registry& registry) { registry.add<AddNoise>("AddNoise"); }

}  // namespace easel::nodes
