// Every sampler, by the file that holds it. Names are those of the reference's list.
#pragma once

#include "inference/sampling/sampler.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace easel::inference::samplers {

// A sampler with its options set: `with(euler_ancestral, {.eta = 0.5f})`.
template <class Options>
SamplerFunction with(Tensor (*sampler)(Tensor, const SamplerRun&, const Options&),
                     std::type_identity_t<Options> options = {}) {
    return [sampler, options = std::move(options)](Tensor x, const SamplerRun& run) {
        return sampler(std::move(x), run, options);
    };
}

// How much of the noise that a step removes comes back as fresh noise: `eta` 0 gives a deterministic sampler, 1 as much
// as the forward process takes. `s_noise` multiplies the deviation of that noise.
struct Stochastic {
    float eta = 1.0f;
    float s_noise = 1.0f;
};

// euler.cpp
Tensor euler(Tensor x, const SamplerRun& run);
Tensor euler_ancestral(Tensor x, const SamplerRun& run, const Stochastic& options);
Tensor euler_cfg_pp(Tensor x, const SamplerRun& run);
Tensor euler_ancestral_cfg_pp(Tensor x, const SamplerRun& run, const Stochastic& options);
// An older form of euler_cfg_pp. (nodes_advanced_samplers.sample_euler_pp)
Tensor euler_pp(Tensor x, const SamplerRun& run);

// heun.cpp
Tensor heun(Tensor x, const SamplerRun& run);
Tensor heunpp2(Tensor x, const SamplerRun& run);

// dpm_2.cpp
Tensor dpm_2(Tensor x, const SamplerRun& run);
Tensor dpm_2_ancestral(Tensor x, const SamplerRun& run, const Stochastic& options);

// dpm_solver.cpp
Tensor dpm_fast(Tensor x, const SamplerRun& run);

// `order` is 2 or 3. A step is good when its error, relative to the larger of `atol` and `rtol` times the picture, is
// below about 1; the next step's size follows from the last errors by the coefficients of a PID controller.
struct AdaptiveSteps {
    int64_t order = 3;
    double rtol = 0.05, atol = 0.0078;
    double h_init = 0.05;  // the first step, in log(sigma)
    double pcoeff = 0.0, icoeff = 1.0, dcoeff = 0.0;
    double accept_safety = 0.81;
    Stochastic noise = {.eta = 0.0f};
};
Tensor dpm_adaptive(Tensor x, const SamplerRun& run, const AdaptiveSteps& options);

// dpmpp_2s.cpp
Tensor dpmpp_2s_ancestral(Tensor x, const SamplerRun& run, const Stochastic& options);
Tensor dpmpp_2s_ancestral_cfg_pp(Tensor x, const SamplerRun& run, const Stochastic& options);

// dpmpp_2m.cpp
Tensor dpmpp_2m(Tensor x, const SamplerRun& run);
Tensor dpmpp_2m_cfg_pp(Tensor x, const SamplerRun& run);

// dpmpp_sde.cpp
struct DpmppSde {
    Stochastic noise = {};
    float r = 0.5f;  // where in the step its second evaluation is
};
Tensor dpmpp_sde(Tensor x, const SamplerRun& run, const DpmppSde& options);

struct Dpmpp2mSde {
    enum class Correction { midpoint, heun };

    Stochastic noise = {};
    Correction correction = Correction::midpoint;
};
Tensor dpmpp_2m_sde(Tensor x, const SamplerRun& run, const Dpmpp2mSde& options);
Tensor dpmpp_3m_sde(Tensor x, const SamplerRun& run, const Stochastic& options);

// ddpm.cpp
Tensor ddpm(Tensor x, const SamplerRun& run);

// Fresh noise goes from `s_noise` at the first step to `s_noise_end` at the last. Above 0, `clip` cuts it at so many
// deviations.
struct Lcm {
    double s_noise = 1.0;
    double s_noise_end = 1.0;
    double clip = 0.0;
};
Tensor lcm(Tensor x, const SamplerRun& run, const Lcm& options);

// The picture grows to `scale` times its size over `steps` steps (below 0: over half the schedule).
struct LcmUpscale {
    double scale = 2.0;
    int64_t steps = -1;
    std::string method = "bislerp";  // of latent_resize_methods
};
Tensor lcm_upscale(Tensor x, const SamplerRun& run, const LcmUpscale& options);

// multistep.cpp
struct Lms {
    int64_t order = 4;  // how many slopes count
};
Tensor lms(Tensor x, const SamplerRun& run, const Lms& options);
Tensor ipndm(Tensor x, const SamplerRun& run);
Tensor ipndm_v(Tensor x, const SamplerRun& run);

// deis.cpp
Tensor deis(Tensor x, const SamplerRun& run);

// res_multistep.cpp
Tensor res_multistep(Tensor x, const SamplerRun& run);
Tensor res_multistep_cfg_pp(Tensor x, const SamplerRun& run);
Tensor res_multistep_ancestral(Tensor x, const SamplerRun& run);
Tensor res_multistep_ancestral_cfg_pp(Tensor x, const SamplerRun& run);

// gradient_estimation.cpp
Tensor gradient_estimation(Tensor x, const SamplerRun& run);
Tensor gradient_estimation_cfg_pp(Tensor x, const SamplerRun& run);

// er_sde.cpp
struct ErSde {
    enum class Solver { er_sde, reverse_time_sde, ode };

    Solver solver = Solver::er_sde;
    int64_t max_stage = 3;  // how many pictures count, 1 to 3
    Stochastic noise = {};
};
Tensor er_sde(Tensor x, const SamplerRun& run, const ErSde& options);

// seeds.cpp
struct Seeds2 {
    enum class Weights { phi_1, phi_2 };  // how the second stage is weighed: as the midpoint, or to second order

    Stochastic noise = {};
    float r = 0.5f;  // where in the step the second stage is
    Weights weights = Weights::phi_1;
};
Tensor seeds_2(Tensor x, const SamplerRun& run, const Seeds2& options);
Tensor seeds_3(Tensor x, const SamplerRun& run);

// sa_solver.cpp
struct SaSolver {
    // How stochastic the step to a level is (tau). Empty: 1 between a fifth and four fifths of the schedule, else 0.
    std::function<double(float sigma)> tau = nullptr;
    double s_noise = 1.0;
    int64_t predictor_order = 3, corrector_order = 4;
    bool evaluates_corrected = false;  // evaluates the model once more, after the correction (PECE)
    bool simple_order_2 = false;       // the paper's simpler weights where two pictures count
};
Tensor sa_solver(Tensor x, const SamplerRun& run, const SaSolver& options);

// uni_pc.cpp
Tensor uni_pc(Tensor x, const SamplerRun& run);
Tensor uni_pc_bh2(Tensor x, const SamplerRun& run);

}  // namespace easel::inference::samplers
