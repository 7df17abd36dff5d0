"""Measures stable-diffusion.cpp for compare_models.py: `sdcpp_worker.py CHECKPOINT` under an interpreter that has
stable-diffusion-cpp-python. Reads `first SIZE` (loads, one step) and `run SIZE SEED` (four steps and the decoding) from its
standard input, one a line, and answers each with a line of JSON: seconds."""
import json
import os
import statistics
import sys
import time

from stable_diffusion_cpp import StableDiffusion


class Clock:
    """Times of the calls that report progress of sampling; those of tiles and loading have other totals."""

    def __init__(self, steps):
        self.steps, self.times = steps, []

    def __call__(self, step, steps, _time):
        if steps == self.steps and step > 0:
            self.times.append(time.monotonic())


def run(model, size, steps, seed):
    clock = Clock(steps)
    begin = time.monotonic()
    model.generate_image(prompt="a red circle", negative_prompt="bad", cfg_scale=7.0, width=size, height=size,
                         sample_method="euler", sample_steps=steps, seed=seed, progress_callback=clock)
    return begin, clock.times, time.monotonic()


def main():
    model = None
    for line in sys.stdin:
        what, size, *seed = line.split()
        begin = time.monotonic()
        if model is None:
            model = StableDiffusion(model_path=sys.argv[1], n_threads=os.cpu_count())
        if what == "first":
            _, times, _ = run(model, int(size), 1, 0)
            answer = {"first": times[0] - begin}
        else:
            _, times, end = run(model, int(size), 4, int(seed[0]))
            steps = [b - a for a, b in zip(times, times[1:])]
            answer = {"step": statistics.median(steps), "decoding": end - times[3]}
        print("\n" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
