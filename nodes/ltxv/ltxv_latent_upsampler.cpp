#include "base/error.hpp"
#include "inference/vae/ltxv/ltxv.hpp"
#include "nodes/latent_upscale_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVLatentUpsampler {
    Latent samples;
    LatentUpscaleModel upscale_model;
    Vae vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt_upsampler";
        s.category = "model/latent/ltxv";
        s.experimental = true;
        s.in("samples", &LTXVLatentUpsampler::samples);
        s.in("upscale_model", &LTXVLatentUpsampler::upscale_model);
        s.in("vae", &LTXVLatentUpsampler::vae);
    }

    Latent execute() const {
        const auto* network = dynamic_cast<const inference::AutoencoderLtxv*>(&vae.network());
        if (network == nullptr) throw UserError("the VAE is not LTX's for videos");
        if (upscale_model.ltx == nullptr) throw UserError("the latent upscale model is not LTX's");
        Latent larger = samples;
        larger.samples = network->normalised((*upscale_model.ltx)(network->denormalised(samples.samples)));
        larger.noise_mask.reset();
        return larger;
    }
};

}  // namespace

void register_ltxv_latent_upsampler(Registry& registry) { registry.add<LTXVLatentUpsampler>("LTXVLatentUpsampler"); }

}  // namespace easel::nodes
