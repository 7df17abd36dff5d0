#include "nodes/choices.hpp"
#include "nodes/sampling/run_sampler.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct KSamplerAdvanced {
    Model model;
    std::string add_noise;
    std::uint64_t noise_seed = 0;
    std::int64_t steps = 20;
    double cfg = 8.0;
    std::string sampler_name;
    std::string scheduler;
    Conditioning positive;
    Conditioning negative;
    Latent latent_image;
    std::int64_t start_at_step = 0;
    std::int64_t end_at_step = 10000;
    std::string return_with_leftover_noise;

    static void declare(Schema& s) {
        s.category = "model/sampling";
        s.display_name = "KSampler (Advanced)";
        s.in("model", &KSamplerAdvanced::model);
        s.in("add_noise", &KSamplerAdvanced::add_noise).choices(one_of({"enable", "disable"})).advanced();
        s.in("noise_seed", &KSamplerAdvanced::noise_seed).range(0, 18446744073709551615ull).control_after_generate();
        s.in("steps", &KSamplerAdvanced::steps).range(1, 10000);
        s.in("cfg", &KSamplerAdvanced::cfg).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("sampler_name", &KSamplerAdvanced::sampler_name).choices(sampler_choices());
        s.in("scheduler", &KSamplerAdvanced::scheduler).choices(scheduler_choices());
        s.in("positive", &KSamplerAdvanced::positive);
        s.in("negative", &KSamplerAdvanced::negative);
        s.in("latent_image", &KSamplerAdvanced::latent_image);
        s.in("start_at_step", &KSamplerAdvanced::start_at_step).range(0, 10000).advanced();
        s.in("end_at_step", &KSamplerAdvanced::end_at_step).range(0, 10000).advanced();
        s.in("return_with_leftover_noise", &KSamplerAdvanced::return_with_leftover_noise)
            .choices(one_of({"disable", "enable"}))
            .advanced();
    }

    Latent execute(Context& context) const {
        return run_sampler(model,
                           {.seed = noise_seed,
                            .steps = steps,
                            .cfg = cfg,
                            .sampler = sampler_name,
                            .scheduler = scheduler,
                            .positive = positive,
                            .negative = negative,
                            .latent = latent_image,
                            .disable_noise = add_noise == "disable",
                            .start_step = start_at_step,
                            .last_step = end_at_step,
                            .force_full_denoise = return_with_leftover_noise == "disable"},
                           context);
    }
};

}  // namespace

void register_ksampler_advanced(Registry& registry) { registry.add<KSamplerAdvanced>("KSamplerAdvanced"); }

}  // namespace easel::nodes
