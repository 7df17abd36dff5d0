// UniPC (arXiv 2302.04867) for data prediction, multistep, order 3: a predictor and a corrector that share their
// differences of pictures. The state is the variance-preserving one, alpha * picture + std * noise.
#include "inference/sampling/samplers/steps.hpp"

#include <deque>

namespace easel::inference::samplers {
namespace {

enum class Variant { bh1, bh2 };

// The coefficients of a level in the variance-preserving state.
struct Level {
    float sigma, log_alpha;

    explicit Level(float s) : sigma(s), log_alpha(0.5f * float_math::log(1 / (s * s + 1))) {}
    float alpha() const { return float_math::exp(log_alpha); }
    float deviation() const { return std::sqrt(1 - float_math::exp(2 * log_alpha)); }
    float lambda() const { return log_alpha - 0.5f * float_math::log(1 - float_math::exp(2 * log_alpha)); }
};

struct Seen {
    Level level;
    Tensor picture;
};

class UniPc {
public:
    UniPc(const SamplerRun& run, Variant variant) : run_(run), variant_(variant) {}

    // The picture seen in the state `x`, by way of the noise prediction, as the paper has it.
    Tensor picture(const Tensor& x, const Level& level) const {
        const Tensor unscaled = x * std::sqrt(level.sigma * level.sigma + 1);
        const Tensor noise = (unscaled - run_.model(unscaled, level.sigma)) / level.sigma;
        return (x - level.deviation() * noise) / level.alpha();
    }

    struct Update {
        Tensor x, picture;  // picture is undefined without the corrector
    };
    enum class Corrector { off, on };

    // One step to `to` from the newest of `seen` (newest last), with the `order` newest of them.
    Update step(const Tensor& x, const std::deque<Seen>& seen, const Level& to, int64_t order,
                Corrector corrector) const {
        const Seen& newest = seen.back();
        const float h = to.lambda() - newest.level.lambda(), hh = -h;
        std::vector<float> ratios;
        std::vector<Tensor> differences;
        for (int64_t i = 1; i < order; ++i) {
            const Seen& older = seen[seen.size() - 1 - static_cast<std::size_t>(i)];
            ratios.push_back((older.level.lambda() - newest.level.lambda()) / h);
            differences.push_back((older.picture - newest.picture) / ratios.back());
        }
        ratios.push_back(1.0f);

        const float growth = std::expm1(hh), scale = variant_ == Variant::bh1 ? hh : growth;
        const auto [matrix, target] = system(ratios, hh, growth, scale);
        const Tensor linear = to.deviation() / newest.level.deviation() * x - to.alpha() * growth * newest.picture;
        const float factor = to.alpha() * scale;

        Tensor predicted = linear;
        if (!differences.empty()) {
            const int64_t inner = order - 1;
            const Tensor weights = order == 2 ? at::full({1}, 0.5)
                                              : at::linalg_solve(matrix.narrow(0, 0, inner).narrow(1, 0, inner),
                                                                 target.narrow(0, 0, inner));
            predicted = linear - factor * combine(differences, weights);
        }
        if (corrector == Corrector::off) return {predicted, Tensor()};

        const Tensor seen_ahead = picture(predicted, to);
        const Tensor weights = order == 1 ? at::full({1}, 0.5) : at::linalg_solve(matrix, target);
        Tensor correction = weights[-1].item<float>() * (seen_ahead - newest.picture);
        if (!differences.empty()) correction = combine(differences, weights.narrow(0, 0, order - 1)) + correction;
        return {linear - factor * correction, seen_ahead};
    }

private:
    // The conditions on the weights: powers of the ratios against the phi functions of the step.
    struct System {
        Tensor matrix, target;
    };
    static System system(const std::vector<float>& ratios, float hh, float growth, float scale) {
        const Tensor r = at::tensor(ratios);
        std::vector<Tensor> rows;
        std::vector<float> target;
        float phi = growth / hh - 1, factorial = 1;
        for (std::size_t i = 1; i <= ratios.size(); ++i) {
            rows.push_back(r.pow(static_cast<int64_t>(i) - 1));
            target.push_back(phi * factorial / scale);
            factorial *= static_cast<float>(i + 1);
            phi = phi / hh - 1 / factorial;
        }
        return {at::stack(rows), at::tensor(target)};
    }

    static Tensor combine(const std::vector<Tensor>& differences, const Tensor& weights) {
        return at::tensordot(at::stack(differences, 1), weights.to(differences.front().device()), {1}, {0});
    }

    const SamplerRun& run_;
    Variant variant_;
};

Tensor solve(Tensor x, const SamplerRun& run, Variant variant) {
    Sigmas sigmas = run.sigmas;
    const bool ends_clean = sigmas.back() == 0.0f;
    if (ends_clean) sigmas.back() = 0.001f;
    const int64_t steps = run.steps(), order = std::min<int64_t>(3, steps - 1);
    const UniPc solver(run, variant);
    const auto level = [&](int64_t i) { return Level(sigmas[static_cast<std::size_t>(i)]); };

    x = x / std::sqrt(1 + sigmas.front() * sigmas.front());
    std::deque<Seen> seen{{level(0), solver.picture(x, level(0))}};
    run.report(0, seen.back().picture);
    for (int64_t i = 1; i <= steps; ++i) {
        if (order == 0) break;  // one step: the reference stops at the state it began with
        const bool is_last = i == steps;
        const int64_t step_order = i < order ? i : std::min(order, steps + 1 - i);
        auto [next, picture] =
            solver.step(x, seen, level(i), step_order, is_last ? UniPc::Corrector::off : UniPc::Corrector::on);
        x = next;
        if (is_last) break;
        seen.push_back({level(i), picture});
        if (static_cast<int64_t>(seen.size()) > order) seen.pop_front();
        run.report(i, picture);
    }
    x = x / level(steps).alpha();
    // ComfyUI undoes the scaling of noise at the level that stands for no noise here, which a flow notices.
    return ends_clean ? run.model.parameterization().prediction->remove_noise_scaling(x, sigmas.back()) : x;
}

}  // namespace

Tensor uni_pc(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, Variant::bh1); }

Tensor uni_pc_bh2(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, Variant::bh2); }

}  // namespace easel::inference::samplers
