#include "inference/sampling/sigma_operations.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <regex>
#include <string>

namespace easel::inference {
namespace {

float spaced(std::string_view spacing, float share) {
    constexpr float quarter_turn = std::numbers::pi_v<float> / 2.0f;
    if (spacing == "cosine") return std::sin(share * quarter_turn);
    if (spacing == "sine") return 1.0f - std::cos(share * quarter_turn);
    return share;
}

}  // namespace

Sigmas to_sigmas(const Tensor& values) {
    const Tensor floats = values.to(at::kFloat).contiguous();
    return Sigmas(floats.const_data_ptr<float>(), floats.const_data_ptr<float>() + floats.numel());
}

SplitSchedule split_at(const Sigmas& sigmas, int64_t step) {
    const auto size = static_cast<int64_t>(sigmas.size());
    return {.high = Sigmas(sigmas.begin(), sigmas.begin() + std::min(step + 1, size)),
            .low = Sigmas(sigmas.begin() + std::min(step, size), sigmas.end())};
}

SplitSchedule split_by_denoise(const Sigmas& sigmas, double denoise) {
    const auto size = static_cast<int64_t>(sigmas.size());
    const auto steps =
        static_cast<int64_t>(std::nearbyint(static_cast<double>(std::max<int64_t>(size - 1, 0)) * denoise));
    return {.high = Sigmas(sigmas.begin(), sigmas.begin() + (steps == 0 ? 0 : std::max<int64_t>(size - steps, 0))),
            .low = Sigmas(sigmas.end() - std::min(steps + 1, size), sigmas.end())};
}

Sigmas flipped(Sigmas sigmas) {
    std::reverse(sigmas.begin(), sigmas.end());
    if (!sigmas.empty() && sigmas.front() == 0.0f) sigmas.front() = 0.0001f;
    return sigmas;
}

Sigmas with_first(Sigmas sigmas, double first) {
    if (sigmas.empty()) throw UserError("the schedule has no level to set (its denoise is 0?)");
    sigmas.front() = static_cast<float>(first);
    return sigmas;
}

Sigmas extended(const Sigmas& sigmas, const Extension& extension) {
    const double from = extension.from < 0.0 ? std::numeric_limits<double>::infinity() : extension.from;
    const Tensor line = at::linspace(0.0, 1.0, extension.steps + 1, at::kFloat);
    const float* shares = line.const_data_ptr<float>();
    Sigmas result;
    for (std::size_t i = 0; i + 1 < sigmas.size(); ++i) {
        result.push_back(sigmas[i]);
        if (sigmas[i] < extension.to || sigmas[i] > from) continue;
        for (int64_t k = 1; k < extension.steps; ++k)
            result.push_back(spaced(extension.spacing, shares[k]) * (sigmas[i + 1] - sigmas[i]) + sigmas[i]);
    }
    if (!sigmas.empty()) result.push_back(sigmas.back());
    return result;
}

Sigmas parse_sigmas(const std::string& text) {
    static const std::regex number(R"([-+]?\d*\.*\d+)");
    Sigmas sigmas;
    for (std::sregex_iterator match(text.begin(), text.end(), number), end; match != end; ++match) {
        const std::string digits = match->str();
        char* rest = nullptr;
        const double value = std::strtod(digits.c_str(), &rest);
        if (*rest != '\0') throw UserError("'" + digits + "' in the list of sigmas is not a number");
        sigmas.push_back(static_cast<float>(value));
    }
    return sigmas;
}

}  // namespace easel::inference
