#include "inference/vae/latent_format.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PiDConditioning {
    Conditioning positive;
    Latent latent;
    std::string latent_format = "flux";
    double degrade_sigma = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_pid";
        s.category = "model/conditioning";
        s.display_name = "PiD Conditioning";
        s.description = "Attaches a latent and a degrade_sigma scalar to a CONDITIONING for PiD decoding/upscaling";
        s.in("positive", &PiDConditioning::positive);
        s.in("latent", &PiDConditioning::latent).tooltip("latent (from VAEEncode or a KSampler).");
        s.in("latent_format", &PiDConditioning::latent_format)
            .choices(one_of({"flux", "sd3", "sdxl", "qwenimage"}))
            .default_value("flux")
            .tooltip("Flux1 (16-ch) and Flux2 (128-ch) latents are auto-detected from channel dim under 'flux'. For "
                     "SD3 (16-ch), SDXL (4-ch), or QwenImage (16-ch), select manually.");
        s.in("degrade_sigma", &PiDConditioning::degrade_sigma)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("0 = clean latent. Increase to denoise corrupted latent outputs.");
    }

    inference::LatentFormat format() const {
        if (latent_format == "sd3") return inference::sd3_latent_format();
        if (latent_format == "sdxl") return inference::sdxl_latent_format();
        if (latent_format == "qwenimage") return inference::wan21_latent_format();
        constexpr int64_t flux2_channels = 128;
        const bool is_flux2 = latent.samples.size(1) == flux2_channels;
        return is_flux2 ? inference::flux2_latent_format() : inference::flux_latent_format();
    }

    Conditioning execute() const {
        Tensor picture = format().to_model(latent.samples);
        if (picture.dim() == 5) picture = picture.select(2, 0);
        Conditioning result = positive;
        for (auto& condition : result) {
            condition.extra["lq_latent"] = picture;
            condition.extra["degrade_sigma"] = at::full({1}, degrade_sigma, at::kFloat);
        }
        return result;
    }
};

}  // namespace

void register_pi_d_conditioning(Registry& registry) { registry.add<PiDConditioning>("PiDConditioning"); }

}  // namespace easel::nodes

