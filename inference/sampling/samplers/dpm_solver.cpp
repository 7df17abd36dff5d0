// DPM-Solver (arXiv 2206.00927) with orders 1 to 3, in steps of fixed size (fast) or with error control (adaptive).
#include "inference/sampling/samplers/steps.hpp"

#include <array>
#include <optional>

namespace easel::inference::samplers {
namespace {

// One step from log time t to t_next. Steps of several orders from the same point share their model calls.
class Step {
public:
    Step(const Denoiser& model, const Tensor& x, float t, float t_next) : model_(model), x_(x), t_(t), h_(t_next - t) {}

    // The noise that the model sees at the start, and the picture.
    const Tensor& eps() {
        if (!eps_.defined()) eps_ = noise_at(x_, t_);
        return eps_;
    }
    Tensor denoised() { return x_ - sigma_at(t_) * eps(); }

    Tensor first_order() { return x_ - sigma_end() * std::expm1(h_) * eps(); }

    Tensor second_order(float r) {
        const Tensor& ahead = eps_ahead(r);
        return x_ - sigma_end() * std::expm1(h_) * eps() - sigma_end() / (2 * r) * std::expm1(h_) * (ahead - eps());
    }

    Tensor third_order() {
        constexpr float r1 = 1.0f / 3, r2 = 2.0f / 3;
        const Tensor& ahead = eps_ahead(r1);
        const float t_2 = t_ + r2 * h_, growth = std::expm1(r2 * h_);
        const Tensor x_2 = x_ - sigma_at(t_2) * growth * eps() -
                           sigma_at(t_2) * (r2 / r1) * (growth / (r2 * h_) - 1) * (ahead - eps());
        const Tensor farther = noise_at(x_2, t_2);
        return x_ - sigma_end() * std::expm1(h_) * eps() -
               sigma_end() / r2 * (std::expm1(h_) / h_ - 1) * (farther - eps());
    }

private:
    float sigma_end() const { return sigma_at(t_ + h_); }
    Tensor noise_at(const Tensor& x, float t) const { return (x - model_(x, sigma_at(t))) / sigma_at(t); }

    // The noise seen after the share `r` of the step. The first `r` asked for is kept.
    const Tensor& eps_ahead(float r) {
        if (!eps_ahead_.defined()) {
            const float t_1 = t_ + r * h_;
            eps_ahead_ = noise_at(x_ - sigma_at(t_1) * std::expm1(r * h_) * eps(), t_1);
        }
        return eps_ahead_;
    }

    const Denoiser& model_;
    const Tensor x_;
    float t_, h_;
    Tensor eps_, eps_ahead_;
};

// Chooses step sizes so that the error stays near one (an integral controller on the inverse error).
class StepSize {
public:
    double size = 0.05;

    bool accept(double error) {
        const double factor = 1.0 + std::atan(std::pow(1.0 / (error + 1e-8), 1.0 / 3) - 1.0);
        size *= factor;
        return factor >= 0.81;
    }
};

// The log times of the schedule's ends; the last level is the last above zero.
std::array<float, 2> ends(const SamplerRun& run) {
    const float last = run.sigmas.back() == 0.0f ? run.sigma(run.steps() - 1) : run.sigmas.back();
    return {log_time(run.sigmas.front()), log_time(last)};
}

}  // namespace

// As many model calls as the schedule has steps, most of them in steps of order three. Of the schedule only the ends
// count.
Tensor dpm_fast(Tensor x, const SamplerRun& run) {
    if (run.steps() < 1) return x;
    const auto [t_start, t_end] = ends(run);
    const int64_t calls = run.steps();
    const int64_t count = calls / 3 + 1;
    std::vector<int64_t> orders(static_cast<std::size_t>(std::max<int64_t>(count - (calls % 3 == 0 ? 2 : 1), 0)), 3);
    if (calls % 3 == 0) {
        orders.push_back(2);
        orders.push_back(1);
    } else {
        orders.push_back(calls % 3);
    }
    const Tensor times = at::linspace(t_start, t_end, count + 1, at::kFloat);
    const float* t = times.const_data_ptr<float>();
    for (std::size_t i = 0; i < orders.size(); ++i) {
        Step step(run.model, x, t[i], t[i + 1]);
        run.report(static_cast<int64_t>(i), step.denoised());
        x = orders[i] == 1 ? step.first_order() : orders[i] == 2 ? step.second_order(0.5f) : step.third_order();
    }
    return x;
}

Tensor dpm_adaptive(Tensor x, const SamplerRun& run) {
    if (run.steps() < 1) return x;
    constexpr float absolute_tolerance = 0.0078f, relative_tolerance = 0.05f;
    const auto [t_start, t_end] = ends(run);
    float t = t_start;
    Tensor previous = x;
    StepSize step_size;
    for (int64_t i = 0; t < t_end - 1e-5f; ++i) {
        const float t_next = std::min(t_end, t + static_cast<float>(step_size.size));
        Step step(run.model, x, t, t_next);
        const Tensor low = step.second_order(1.0f / 3), high = step.third_order();
        const Tensor allowed =
            at::clamp_min(relative_tolerance * at::maximum(low.abs(), previous.abs()), absolute_tolerance);
        const float distance = at::linalg_vector_norm((low - high) / allowed).item<float>();
        const Tensor denoised = step.denoised();
        if (step_size.accept(distance / static_cast<float>(std::sqrt(static_cast<double>(x.numel()))))) {
            previous = low;
            x = high;
            t = t_next;
        }
        run.report(i, denoised);
    }
    return x;
}

}  // namespace easel::inference::samplers
