#include "base/error.hpp"
#include "inference/sampling/sample.hpp"
#include "inference/sampling/samplers/samplers.hpp"

namespace easel::inference {
namespace {

using namespace samplers;

constexpr Stochastic no_noise{.eta = 0.0f, .s_noise = 0.0f};
constexpr Dpmpp2mSde heun_correction{.noise = {}, .correction = Dpmpp2mSde::Correction::heun};

// In the order of the reference's list. The names in _gpu draw their noise on the device there; here all noise comes
// from the CPU's generator, so that they are the same as those without.
const std::vector<SamplerEntry> entries{
    {"euler", {euler}},
    {"euler_cfg_pp", {euler_cfg_pp}},
    {"euler_ancestral", {with(euler_ancestral)}},
    {"euler_ancestral_cfg_pp", {with(euler_ancestral_cfg_pp)}},
    {"heun", {heun}},
    {"heunpp2", {heunpp2}},
    {"exp_heun_2_x0", {with(seeds_2, {.noise = no_noise, .r = 1.0f, .weights = Seeds2::Weights::phi_2})}},
    {"exp_heun_2_x0_sde", {with(seeds_2, {.noise = {}, .r = 1.0f, .weights = Seeds2::Weights::phi_2})}},
    {.name = "dpm_2", .sampler = {dpm_2}, .discards_penultimate_sigma = true},
    {.name = "dpm_2_ancestral", .sampler = {with(dpm_2_ancestral)}, .discards_penultimate_sigma = true},
    {"lms", {with(lms)}},
    {"dpm_fast", {dpm_fast}},
    {"dpm_adaptive", {with(dpm_adaptive)}},
    {"dpmpp_2s_ancestral", {with(dpmpp_2s_ancestral)}},
    {"dpmpp_2s_ancestral_cfg_pp", {with(dpmpp_2s_ancestral_cfg_pp)}},
    {"dpmpp_sde", {with(dpmpp_sde)}},
    {"dpmpp_sde_gpu", {with(dpmpp_sde)}},
    {"dpmpp_2m", {dpmpp_2m}},
    {"dpmpp_2m_cfg_pp", {dpmpp_2m_cfg_pp}},
    {"dpmpp_2m_sde", {with(dpmpp_2m_sde)}},
    {"dpmpp_2m_sde_gpu", {with(dpmpp_2m_sde)}},
    {"dpmpp_2m_sde_heun", {with(dpmpp_2m_sde, heun_correction)}},
    {"dpmpp_2m_sde_heun_gpu", {with(dpmpp_2m_sde, heun_correction)}},
    {"dpmpp_3m_sde", {with(dpmpp_3m_sde)}},
    {"dpmpp_3m_sde_gpu", {with(dpmpp_3m_sde)}},
    {"ddpm", {ddpm}},
    {"lcm", {with(lcm)}},
    {"ipndm", {ipndm}},
    {"ipndm_v", {ipndm_v}},
    {"deis", {deis}},
    {"res_multistep", {res_multistep}},
    {"res_multistep_cfg_pp", {res_multistep_cfg_pp}},
    {"res_multistep_ancestral", {res_multistep_ancestral}},
    {"res_multistep_ancestral_cfg_pp", {res_multistep_ancestral_cfg_pp}},
    {"gradient_estimation", {gradient_estimation}},
    {"gradient_estimation_cfg_pp", {gradient_estimation_cfg_pp}},
    {"er_sde", {with(er_sde)}},
    {"seeds_2", {with(seeds_2)}},
    {"seeds_3", {seeds_3}},
    {"sa_solver", {with(sa_solver)}},
    {"sa_solver_pece", {with(sa_solver, {.evaluates_corrected = true})}},
    {"ddim", {.function = euler, .draws_inpaint_noise = true}},
    {.name = "uni_pc", .sampler = {uni_pc}, .discards_penultimate_sigma = true},
    {.name = "uni_pc_bh2", .sampler = {uni_pc_bh2}, .discards_penultimate_sigma = true},
};

}  // namespace

const std::vector<std::string>& sampler_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const SamplerEntry& entry : entries)
            list.push_back(entry.name);
        return list;
    }();
    return names;
}

const SamplerEntry& find_sampler(const std::string& name) {
    for (const SamplerEntry& entry : entries)
        if (entry.name == name) return entry;
    throw UserError("there is no sampler '" + name + "' (the list of KSampler's sampler_name input has them all)");
}

}  // namespace easel::inference
