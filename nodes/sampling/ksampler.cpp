#include "nodes/choices.hpp"
#include "nodes/sampling/run_sampler.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct KSampler {
    Model model;
    std::uint64_t seed = 0;
    std::int64_t steps = 20;
    double cfg = 8.0;
    std::string sampler_name;
    std::string scheduler;
    Conditioning positive;
    Conditioning negative;
    Latent latent_image;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.category = "model/sampling";
        s.description = "Uses the provided model, positive and negative conditioning to denoise the latent image.";
        s.search_aliases = {"sampler", "sample", "generate", "denoise", "diffuse", "txt2img", "img2img"};
        s.in("model", &KSampler::model).tooltip("The model used for denoising the input latent.");
        s.in("seed", &KSampler::seed)
            .range(0, 18446744073709551615ull)
            .control_after_generate()
            .tooltip("The random seed used for creating the noise.");
        s.in("steps", &KSampler::steps).range(1, 10000).tooltip("The number of steps used in the denoising process.");
        s.in("cfg", &KSampler::cfg)
            .range(0.0, 100.0)
            .step(0.1)
            .round(0.01)
            .tooltip("The Classifier-Free Guidance scale balances creativity and adherence to the prompt. Higher "
                     "values result in images more closely matching the prompt however too high values will negatively "
                     "impact quality.");
        s.in("sampler_name", &KSampler::sampler_name)
            .choices(sampler_choices())
            .tooltip("The algorithm used when sampling, this can affect the quality, speed, and style of the generated "
                     "output.");
        s.in("scheduler", &KSampler::scheduler)
            .choices(scheduler_choices())
            .tooltip("The scheduler controls how noise is gradually removed to form the image.");
        s.in("positive", &KSampler::positive)
            .tooltip("The conditioning describing the attributes you want to include in the image.");
        s.in("negative", &KSampler::negative)
            .tooltip("The conditioning describing the attributes you want to exclude from the image.");
        s.in("latent_image", &KSampler::latent_image).tooltip("The latent image to denoise.");
        s.in("denoise", &KSampler::denoise)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("The amount of denoising applied, lower values will maintain the structure of the initial image "
                     "allowing for image to image sampling.");
        s.out("LATENT").tooltip = "The denoised latent.";
    }

    Latent execute(Context& context) const {
        return run_sampler(model,
                           {.seed = seed,
                            .steps = steps,
                            .cfg = cfg,
                            .sampler = sampler_name,
                            .scheduler = scheduler,
                            .positive = positive,
                            .negative = negative,
                            .latent = latent_image,
                            .denoise = denoise},
                           context);
    }
};

}  // namespace

void register_ksampler(Registry& registry) { registry.add<KSampler>("KSampler"); }

}  // namespace easel::nodes
