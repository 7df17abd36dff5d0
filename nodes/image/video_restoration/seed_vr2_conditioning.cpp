#include "base/error.hpp"
#include "inference/models/seedvr/transformer.hpp"
#include "nodes/types.hpp"

#include <ATen/ops/constant_pad_nd.h>
#include <tuple>

namespace easel::nodes {
namespace {

struct SeedVR2Conditioning {
    Model model;
    Latent vae_conditioning;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_seedvr";
        s.category = "model/conditioning";
        s.display_name = "Apply SeedVR2 Conditioning";
        s.description = "Build SeedVR2 positive/negative conditioning from a VAE latent.";
        s.search_aliases = {"seedvr2", "upscale", "conditioning"};
        s.in("model", &SeedVR2Conditioning::model).tooltip("The SeedVR2 model.");
        s.in("vae_conditioning", &SeedVR2Conditioning::vae_conditioning).option("display_name", "latent");
        s.out("positive").tooltip = "The positive conditioning for sampling.";
        s.out("negative").tooltip = "The negative conditioning for sampling.";
    }

    std::tuple<Conditioning, Conditioning> execute() const {
        const auto* network = dynamic_cast<const inference::seedvr::Transformer*>(&model.network());
        if (network == nullptr) throw UserError("SeedVR2Conditioning needs a SeedVR2 model, not " + model.family());
        const Tensor& latent = vae_conditioning.samples;
        if (latent.dim() != 5 || latent.size(1) != 16)
            throw NamedError("ValueError",
                             "SeedVR2Conditioning needs a latent of SeedVR2's VAE, 16 channels of a video");
        const Tensor with_mask = at::constant_pad_nd(latent, {0, 0, 0, 0, 0, 0, 0, 1}, 1.0);
        const auto condition = [&](const Tensor& text) {
            inference::Condition made{.cross = text};
            made.extra["condition"] = with_mask;
            return Conditioning{made};
        };
        return {condition(network->positive()), condition(network->negative())};
    }
};

}  // namespace

void register_seed_vr2_conditioning(Registry& registry) { registry.add<SeedVR2Conditioning>("SeedVR2Conditioning"); }

}  // namespace easel::nodes
