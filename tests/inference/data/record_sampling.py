#!/usr/bin/env python3
"""Records what the reference's schedulers, noise and samplers give on a toy model, for tests/inference/sampling.

usage: python record_sampling.py COMFYUI_FOLDER > sampling.json     (with ComfyUI's Python environment)
"""
import json
import sys

comfyui = sys.argv[1]
sys.path.insert(0, comfyui)
sys.argv = ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import numpy
import torch
import comfy.model_sampling
import comfy.samplers
from comfy.k_diffusion import sampling as k_diffusion


class Sampling(comfy.model_sampling.ModelSamplingDiscrete, comfy.model_sampling.EPS):
    pass


class Holder:
    pass


class ToyModel:
    """Answers a smooth function of x and sigma, with and without prompt; looks like the guided model to samplers."""

    def __init__(self, sampling):
        self.inner_model = Holder()
        self.inner_model.inner_model = Holder()
        self.inner_model.inner_model.model_sampling = sampling
        self.inner_model.model_patcher = Holder()
        self.inner_model.model_patcher.get_model_object = lambda name: sampling
        self.calls = 0

    def __call__(self, x, sigma, model_options={}, seed=None, **_):
        self.calls += 1
        sigma = sigma.view(-1, 1, 1, 1)
        weight = 1 / (1 + sigma * sigma)
        denoised = 0.6 * x * weight + 0.3 * torch.sin(x * weight + 0.1)
        uncond = 0.5 * x * weight - 0.1 * torch.cos(x * weight)
        for function in model_options.get("sampler_post_cfg_function", []):
            denoised = function({"denoised": denoised, "uncond_denoised": uncond})
        return denoised


def floats(tensor):
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def record_samplers(sampling, seed, schedules):
    start = torch.randn((1, 2, 3, 3), generator=torch.Generator().manual_seed(5))
    runs = []
    for name in comfy.samplers.SAMPLER_NAMES:
        for schedule, sigmas in schedules.items():
            model, steps = ToyModel(sampling), []
            function = comfy.samplers.sampler_object(name).sampler_function
            torch.manual_seed(0)
            out = function(model, start * sigmas[0], sigmas.clone(), extra_args={"seed": seed}, disable=True,
                           callback=lambda step: steps.append(step["i"]))
            runs.append({"sampler": name, "schedule": schedule, "out": floats(out), "calls": model.calls, "steps": steps})
    return {"seed": seed, "start": floats(start), "runs": runs,
            "schedules": {name: floats(sigmas) for name, sigmas in schedules.items()}}


def record_brownian():
    low, high = 0.0291675, 14.614641
    noise = k_diffusion.BrownianTreeNoiseSampler(torch.zeros(2, 3), torch.tensor(low), torch.tensor(high), seed=123, cpu=True)
    pairs = [(14.614641, 9.0), (14.614641, 6.5), (9.0, 3.25), (3.25, 3.0), (3.0, 0.5), (0.5, 0.0291675)]
    return {"low": low, "high": high, "seed": 123,
            "draws": [{"from": a, "to": b, "noise": floats(noise(torch.tensor(a), torch.tensor(b)))} for a, b in pairs]}


def record_seed_sequences():
    cases = [(0, (), 4), (123, (), 24), (123, (0, 0), 24), (2**40 + 7, (5, 3), 24), (2**64 - 1, (2**33 + 1, 34), 24)]
    return [{"entropy": str(entropy), "spawn_key": [str(part) for part in key], "pool_size": pool,
             "state": numpy.random.SeedSequence(entropy=entropy, spawn_key=key, pool_size=pool).generate_state(4).tolist()}
            for entropy, key, pool in cases]


sampling = Sampling()
schedules = {name: {str(steps): floats(comfy.samplers.calculate_sigmas(sampling, name, steps)) for steps in (2, 7, 20)}
             for name in comfy.samplers.SCHEDULER_NAMES}
sampler_schedules = {
    "karras": comfy.samplers.calculate_sigmas(sampling, "karras", 7),
    "normal": comfy.samplers.calculate_sigmas(sampling, "normal", 6),
    "cut_short": comfy.samplers.calculate_sigmas(sampling, "simple", 10)[2:7],
}
levels = {"sigma_min": float(sampling.sigma_min), "sigma_max": float(sampling.sigma_max),
          "timestep": {str(s): float(sampling.timestep(torch.tensor(s))) for s in (0.01, 0.3, 1.0, 7.7, 14.6)},
          "sigma": {str(t): float(sampling.sigma(torch.tensor(t))) for t in (0.0, 0.4, 500.25, 999.0, 1200.0)},
          "percent": {str(p): float(sampling.percent_to_sigma(p)) for p in (0.0, 0.2, 0.55, 1.0)}}
json.dump({"levels": levels, "schedules": schedules, "seed_sequences": record_seed_sequences(),
           "brownian": record_brownian(), "sampler_names": comfy.samplers.SAMPLER_NAMES,
           "scheduler_names": comfy.samplers.SCHEDULER_NAMES,
           "samplers": record_samplers(sampling, 42, sampler_schedules)}, sys.stdout, indent=None, separators=(",", ":"))
print()
