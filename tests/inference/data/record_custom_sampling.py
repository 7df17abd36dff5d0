#!/usr/bin/env python3
"""Records samplers with options, samplers of flow models, the schedules of nodes, predictions and context windows, for
tests/inference/sampling and tests/inference/guidance.

usage: python record_custom_sampling.py COMFYUI_FOLDER > custom_sampling.json     (with ComfyUI's Python environment)
"""
import json
import sys

comfyui = sys.argv[1]
sys.path.insert(0, comfyui)
sys.argv = ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import torch
import comfy.context_windows as windows
import comfy.model_sampling as model_sampling
import comfy.samplers
import comfy_extras.nodes_advanced_samplers as advanced
import comfy_extras.nodes_align_your_steps as ays
import comfy_extras.nodes_custom_sampler as custom
import comfy_extras.nodes_flux as flux
import comfy_extras.nodes_gits as gits
import comfy_extras.nodes_ideogram4 as ideogram4
import comfy_extras.nodes_lt as lt
import comfy_extras.nodes_model_advanced as model_advanced
import comfy_extras.nodes_optimalsteps as optimal


class Eps(model_sampling.ModelSamplingDiscrete, model_sampling.EPS):
    pass


class Flow(model_sampling.ModelSamplingDiscreteFlow, model_sampling.CONST):
    pass


class Holder:
    pass


class ToyModel:
    """The smooth function of record_sampling.py, with its levels as the sampling says."""

    def __init__(self, sampling):
        self.inner_model = Holder()
        self.inner_model.inner_model = Holder()
        self.inner_model.inner_model.model_sampling = sampling
        self.inner_model.model_patcher = Holder()
        self.inner_model.model_patcher.get_model_object = lambda name: sampling

    def __call__(self, x, sigma, model_options={}, seed=None, **_):
        sigma = sigma.view(-1, 1, 1, 1)
        weight = 1 / (1 + sigma * sigma)
        denoised = 0.6 * x * weight + 0.3 * torch.sin(x * weight + 0.1)
        uncond = 0.5 * x * weight - 0.1 * torch.cos(x * weight)
        for function in model_options.get("sampler_post_cfg_function", []):
            denoised = function({"denoised": denoised, "uncond_denoised": uncond})
        return denoised


def floats(values):
    values = values.flatten().tolist() if hasattr(values, "flatten") else values
    return [float(f"{value:.9g}") for value in values]


start = torch.randn((1, 2, 3, 3), generator=torch.Generator().manual_seed(5))


def run(sampler, sampling, sigmas):
    torch.manual_seed(0)
    sigmas = sigmas.clone()  # some samplers change the last level, which then counts
    out = sampler.sampler_function(ToyModel(sampling), start * sigmas[0], sigmas, extra_args={"seed": 42},
                                   callback=None, disable=True, **sampler.extra_options)
    return floats(sampling.inverse_noise_scaling(sigmas[-1], out))


class Model:
    def __init__(self, sampling):
        self.sampling = sampling

    def get_model_object(self, name):
        return self.sampling


def first(output):
    return output.result[0] if hasattr(output, "result") else output[0]


eps = Eps()
flow = Flow()
flow.set_parameters(shift=3.0)
flow_sigmas = comfy.samplers.calculate_sigmas(flow, "simple", 6)
eps_sigmas = comfy.samplers.calculate_sigmas(eps, "karras", 6)

options = {
    "euler_ancestral": first(custom.SamplerEulerAncestral.execute(0.7, 1.1)),
    "euler_ancestral_cfg_pp": first(custom.SamplerEulerAncestralCFGPP.execute(0.9, 1.05)),
    "euler_pp": first(advanced.SamplerEulerCFGpp.execute("alternative")),
    "lms": first(custom.SamplerLMS.execute(6)),
    "dpmpp_3m_sde": first(custom.SamplerDPMPP_3M_SDE.execute(0.8, 0.9, "cpu")),
    "dpmpp_2m_sde": first(custom.SamplerDPMPP_2M_SDE.execute("heun", 0.6, 1.05, "cpu")),
    "dpmpp_sde": first(custom.SamplerDPMPP_SDE.execute(0.9, 1.1, 0.4, "cpu")),
    "dpmpp_2s_ancestral": first(custom.SamplerDPMPP_2S_Ancestral.execute(0.5, 1.2)),
    "dpm_adaptive_2": first(custom.SamplerDPMAdaptative.execute(2, 0.1, 0.02, 0.1, 0.2, 0.8, 0.1, 0.75, 0.0, 1.0)),
    "dpm_adaptive_noisy": first(custom.SamplerDPMAdaptative.execute(3, 0.05, 0.01, 0.05, 0.0, 1.0, 0.0, 0.81, 0.6, 1.1)),
    "er_sde_ode": first(custom.SamplerER_SDE.execute("ODE", 3, 1.0, 1.0)),
    "er_sde_reverse": first(custom.SamplerER_SDE.execute("Reverse-time SDE", 2, 0.8, 1.1)),
    "er_sde_eta": first(custom.SamplerER_SDE.execute("ER-SDE", 3, 0.5, 0.9)),
    "sa_solver": first(custom.SamplerSASolver.execute(Model(eps), 0.8, 0.1, 0.9, 1.1, 2, 3, True, True)),
    "seeds_2": first(custom.SamplerSEEDS2.execute("phi_2", 0.8, 1.1, 0.4)),
    "lcm": first(advanced.SamplerLCM.execute(1.1, 0.8, 1.5)),
}

levels = {"lcm": model_advanced.ModelSamplingDiscreteDistilled(), "cascade": model_sampling.StableCascadeSampling(),
          "zero_snr": model_sampling.ModelSamplingDiscrete(zsnr=True)}
levels["cascade"].set_parameters(2.0)


class Lcm(model_advanced.ModelSamplingDiscreteDistilled, model_advanced.LCM):
    pass


def record_levels(sampling):
    return {"table": floats(sampling.sigmas[:: max(len(sampling.sigmas) // 20, 1)]), "last": float(sampling.sigmas[-1]),
            "timestep": {str(s): float(sampling.timestep(torch.tensor(s))) for s in (0.05, 0.7, 3.3, 14.0)},
            "percent": {str(p): float(sampling.percent_to_sigma(p)) for p in (0.2, 0.55, 0.9)}}


def record_windows():
    result = []
    for schedule in windows.CONTEXT_MAPPING:
        for frames, length, overlap, stride, closed, step in ((21, 8, 3, 1, False, 0), (21, 8, 3, 2, False, 3), (30, 8, 2, 3, True, 5)):
            handler = windows.IndexListContextHandler(windows.get_matching_context_schedule(schedule),
                                                      windows.get_matching_fuse_method("pyramid"), length, overlap, stride, closed)
            handler._step = step
            result.append({"schedule": schedule, "frames": frames, "length": length, "overlap": overlap, "stride": stride,
                           "closed": closed, "step": step,
                           "windows": [[int(i) for i in w] for w in handler.context_schedule.func(frames, handler, {})]})
    return result


lcm = Lcm()
output = torch.cos(start)
json.dump({
    "start": floats(start), "output": floats(output),
    "flow": {"sigmas": floats(flow_sigmas),
             "runs": {name: run(comfy.samplers.sampler_object(name), flow, flow_sigmas) for name in comfy.samplers.SAMPLER_NAMES}},
    "options": {"sigmas": floats(eps_sigmas), "runs": {name: run(sampler, eps, eps_sigmas) for name, sampler in options.items()}},
    "schedules": {
        "polyexponential": floats(first(custom.PolyexponentialScheduler.execute(5, 12.0, 0.05, 1.3))),
        "laplace": floats(first(custom.LaplaceScheduler.execute(6, 14.6, 0.03, 0.1, 0.5))),
        "vp": floats(first(custom.VPScheduler.execute(5, 19.9, 0.1, 0.001))),
        "beta": floats(first(custom.BetaSamplingScheduler.execute(Model(eps), 6, 0.7, 0.5))),
        "turbo": floats(first(custom.SDTurboScheduler.execute(Model(eps), 3, 0.7))),
        "align_your_steps": floats(first(ays.AlignYourStepsScheduler.execute("SDXL", 6, 0.7))),
        "gits_12": floats(first(gits.GITSScheduler.execute(1.2, 12, 1.0))),
        "gits_26": floats(first(gits.GITSScheduler.execute(0.85, 26, 0.5))),
        "optimal_steps": floats(first(optimal.OptimalStepsScheduler.execute("Wan", 9, 1.0))),
        "ltxv": floats(first(lt.LTXVScheduler.execute(6, 2.05, 0.95, True, 0.1))),
        "flux2": floats(first(flux.Flux2Scheduler.execute(5, 832, 1216))),
        "ideogram4": floats(first(ideogram4.Ideogram4Scheduler.execute(6, 1024, 768, 0.2, 1.3))),
        "extended": floats(first(custom.ExtendIntermediateSigmas.execute(eps_sigmas, 3, -1.0, 1.0, "cosine"))),
        "manual": floats(first(custom.ManualSigmas.execute("14.6, 7;-2 +.5 x1"))),
    },
    "levels": {name: record_levels(sampling) for name, sampling in levels.items()},
    "lcm_denoised": floats(lcm.calculate_denoised(torch.tensor([0.7]), output, start)),
    "windows": record_windows(),
    "overlap_linear": [floats(windows.create_weights_overlap_linear(8, 21, list(range(a, a + 8)), 3)) for a in (0, 5, 13)],
}, sys.stdout, separators=(",", ":"))
print()
