// Every sampler, by the file that holds it. Names are those of the reference's list.
#pragma once

#include "inference/sampling/sampler.hpp"

namespace easel::inference::samplers {

// euler.cpp
Tensor euler(Tensor x, const SamplerRun& run);
Tensor euler_ancestral(Tensor x, const SamplerRun& run);
Tensor euler_cfg_pp(Tensor x, const SamplerRun& run);
Tensor euler_ancestral_cfg_pp(Tensor x, const SamplerRun& run);

// heun.cpp
Tensor heun(Tensor x, const SamplerRun& run);
Tensor heunpp2(Tensor x, const SamplerRun& run);

// dpm_2.cpp
Tensor dpm_2(Tensor x, const SamplerRun& run);
Tensor dpm_2_ancestral(Tensor x, const SamplerRun& run);

// dpm_solver.cpp
Tensor dpm_fast(Tensor x, const SamplerRun& run);
Tensor dpm_adaptive(Tensor x, const SamplerRun& run);

// dpmpp_2s.cpp
Tensor dpmpp_2s_ancestral(Tensor x, const SamplerRun& run);
Tensor dpmpp_2s_ancestral_cfg_pp(Tensor x, const SamplerRun& run);

// dpmpp_2m.cpp
Tensor dpmpp_2m(Tensor x, const SamplerRun& run);
Tensor dpmpp_2m_cfg_pp(Tensor x, const SamplerRun& run);

// dpmpp_sde.cpp
Tensor dpmpp_sde(Tensor x, const SamplerRun& run);
Tensor dpmpp_2m_sde(Tensor x, const SamplerRun& run);
Tensor dpmpp_2m_sde_heun(Tensor x, const SamplerRun& run);
Tensor dpmpp_3m_sde(Tensor x, const SamplerRun& run);

// ddpm.cpp
Tensor ddpm(Tensor x, const SamplerRun& run);
Tensor lcm(Tensor x, const SamplerRun& run);

// multistep.cpp
Tensor lms(Tensor x, const SamplerRun& run);
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
Tensor er_sde(Tensor x, const SamplerRun& run);

// seeds.cpp
Tensor seeds_2(Tensor x, const SamplerRun& run);
Tensor seeds_3(Tensor x, const SamplerRun& run);
Tensor exp_heun_2_x0(Tensor x, const SamplerRun& run);
Tensor exp_heun_2_x0_sde(Tensor x, const SamplerRun& run);

// sa_solver.cpp
Tensor sa_solver(Tensor x, const SamplerRun& run);
Tensor sa_solver_pece(Tensor x, const SamplerRun& run);

// uni_pc.cpp
Tensor uni_pc(Tensor x, const SamplerRun& run);
Tensor uni_pc_bh2(Tensor x, const SamplerRun& run);

}  // namespace easel::inference::samplers
