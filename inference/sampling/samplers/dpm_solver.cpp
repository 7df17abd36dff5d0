// DPM-Solver (arXiv 2206.00927) with orders 1 to 3, in steps of fixed size (fast) or with error control (adaptive).
#include "inference/sampling/samplers/steps.hpp"

#include "base/error.hpp"

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

// Chooses step sizes so that the error stays near one: a PID controller on the inverse errors of the last steps.
class StepSize {
public:
    StepSize(const AdaptiveSteps& options, double first, double order)
        : size(first), proportional_((options.pcoeff + options.icoeff + options.dcoeff) / order),
          integral_(-(options.pcoeff + 2 * options.dcoeff) / order), derivative_(options.dcoeff / order),
          safety_(options.accept_safety) {}

    double size;

    bool accept(double error) {
        const double inverse = 1.0 / (error + 1e-8);
        if (!started_) accepted_ = {inverse, inverse};
        started_ = true;
        const double wanted =
            std::pow(inverse, proportional_) * std::pow(accepted_[0], integral_) * std::pow(accepted_[1], derivative_);
        const double factor = 1.0 + std::atan(wanted - 1.0);
        const bool accepts = factor >= safety_;
        if (accepts) accepted_ = {inverse, accepted_[0]};
        size *= factor;
        return accepts;
    }

private:
    double proportional_, integral_, derivative_, safety_;
    std::array<double, 2> accepted_{};  // inverse errors of the last good steps, newest first
    bool started_ = false;
};

// The log times of the schedule's ends; the last level is the last above zero.
std::array<float, 2> ends(const SamplerRun& run) {
    const float last = run.sigmas.back() == 0.0f ? run.sigma(run.steps() - 1) : run.sigmas.back();
    if (last <= 0.0f || run.sigmas.front() <= 0.0f)
        throw UserError("DPM-Solver needs a schedule whose levels are above zero");
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

Tensor dpm_adaptive(Tensor x, const SamplerRun& run, const AdaptiveSteps& options) {
    if (run.steps() < 1) return x;
    if (options.order != 2 && options.order != 3) throw UserError("the order of dpm_adaptive is 2 or 3");
    const auto [t_start, t_end] = ends(run);
    const bool forward = t_end > t_start;
    const float eta = options.noise.eta;
    if (!forward && eta > 0.0f) throw UserError("eta of dpm_adaptive must be 0 where the schedule rises");
    const auto noise = independent_noise(x, run.seed);
    const double first = std::abs(options.h_init) * (forward ? 1.0 : -1.0);
    StepSize step_size(options, first, eta > 0.0f ? 1.5 : static_cast<double>(options.order));

    float t = t_start;
    Tensor previous = x;
    for (int64_t i = 0; forward ? t < t_end - 1e-5f : t > t_end + 1e-5f; ++i) {
        const float aim = t + static_cast<float>(step_size.size);
        const float t_next = forward ? std::min(t_end, aim) : std::max(t_end, aim);
        float t_down = t_next, up = 0.0f;
        if (eta > 0.0f) {
            t_down = std::min(t_end, log_time(ancestral_step(sigma_at(t), sigma_at(t_next), eta).down));
            up = std::sqrt(sigma_at(t_next) * sigma_at(t_next) - sigma_at(t_down) * sigma_at(t_down));
        }
        Step step(run.model, x, t, t_down);
        const Tensor low = options.order == 2 ? step.first_order() : step.second_order(1.0f / 3);
        const Tensor high = options.order == 2 ? step.second_order(0.5f) : step.third_order();
        const Tensor allowed = at::clamp_min(options.rtol * at::maximum(low.abs(), previous.abs()), options.atol);
        const float distance = at::linalg_vector_norm((low - high) / allowed).item<float>();
        const Tensor denoised = step.denoised();
        if (step_size.accept(distance / static_cast<float>(std::sqrt(static_cast<double>(x.numel()))))) {
            previous = low;
            x = high;
            if (eta > 0.0f) x = x + up * options.noise.s_noise * (*noise)(sigma_at(t), sigma_at(t_next));
            t = t_next;
        }
        run.report(i, denoised);
    }
    return x;
}

}  // namespace easel::inference::samplers
