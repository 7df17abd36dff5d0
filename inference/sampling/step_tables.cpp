#include "inference/sampling/step_tables.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace easel::inference {
namespace {

using Levels = std::vector<double>;

struct NamedLevels {
    std::string_view name;
    Levels levels;
};

const std::vector<NamedLevels> aligned_levels{
    {"SD1",
     {14.6146412293, 6.4745760956, 3.8636745985, 2.6946151520, 1.8841921177, 1.3943805092, 0.9642583904, 0.6523686016,
      0.3977456272, 0.1515232662, 0.0291671582}},
    {"SDXL",
     {14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141, 0.5550693289, 0.3798540708,
      0.2332364134, 0.1114188177, 0.0291671582}},
    {"SVD", {700.00, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002}},
};

const std::vector<NamedLevels> optimal_levels{
    {"FLUX", {0.9968, 0.9886, 0.9819, 0.975, 0.966, 0.9471, 0.9158, 0.8287, 0.5512, 0.2808, 0.001}},
    {"Wan", {1.0,   0.997, 0.995, 0.993, 0.991, 0.989, 0.987, 0.985, 0.98,  0.975, 0.973,
             0.968, 0.96,  0.946, 0.927, 0.902, 0.864, 0.776, 0.539, 0.208, 0.001}},
    {"Chroma", {0.992, 0.99,  0.988, 0.985, 0.982, 0.978, 0.973, 0.968, 0.961, 0.953, 0.943, 0.931, 0.917, 0.9,
                0.881, 0.858, 0.832, 0.802, 0.769, 0.731, 0.69,  0.646, 0.599, 0.55,  0.501, 0.451, 0.402, 0.355,
                0.311, 0.27,  0.232, 0.199, 0.169, 0.143, 0.12,  0.101, 0.084, 0.07,  0.058, 0.048, 0.001}},
};

// `count` levels over the same range, linear in the logarithm between the given ones.
Levels stretched(const Levels& levels, int64_t count) {
    const auto last = static_cast<double>(levels.size() - 1);
    Levels result;
    for (int64_t i = 0; i < count; ++i) {
        // Both ends are hit exactly; counted from the least noise, as the reference interpolates.
        const double place =
            count > 1 ? last * static_cast<double>(count - 1 - i) / static_cast<double>(count - 1) : 0.0;
        const auto low = std::min(static_cast<std::size_t>(place), levels.size() - 2);
        const double share = place - static_cast<double>(low);
        const auto log_level = [&](std::size_t from_end) { return std::log(levels[levels.size() - 1 - from_end]); };
        result.push_back(std::exp(log_level(low) + share * (log_level(low + 1) - log_level(low))));
    }
    return result;
}

// The end of a schedule of `steps` steps.
Sigmas last_part(const Levels& levels, int64_t steps, double denoise) {
    if (denoise <= 0.0) return {};
    const Levels whole = static_cast<int64_t>(levels.size()) == steps + 1 ? levels : stretched(levels, steps + 1);
    const auto wanted =
        denoise < 1.0 ? static_cast<int64_t>(std::nearbyint(static_cast<double>(steps) * denoise)) : steps;
    const int64_t kept = std::min(wanted + 1, static_cast<int64_t>(whole.size()));
    Sigmas sigmas;
    for (auto level = whole.end() - kept; level != whole.end(); ++level)
        sigmas.push_back(static_cast<float>(*level));
    sigmas.back() = 0.0f;
    return sigmas;
}

const Levels& find(const std::vector<NamedLevels>& table, std::string_view name, std::string_view scheduler) {
    for (const NamedLevels& entry : table)
        if (entry.name == name) return entry.levels;
    throw UserError(std::string(scheduler) + " has no levels for the model type '" + std::string(name) + "'");
}

}  // namespace

Sigmas align_your_steps(std::string_view model_type, int64_t steps, double denoise) {
    return last_part(find(aligned_levels, model_type, "Align Your Steps"), steps, denoise);
}

Sigmas optimal_steps(std::string_view model_type, int64_t steps, double denoise) {
    return last_part(find(optimal_levels, model_type, "OptimalSteps"), steps, denoise);
}

Sigmas gits(double coefficient, int64_t steps, double denoise) {
    constexpr int64_t most_steps = 20;  // of the table
    const auto hundredths = static_cast<int64_t>(std::nearbyint(coefficient * 100.0));
    const Levels levels = gits_levels(hundredths, std::min(steps, most_steps));
    if (levels.empty()) throw UserError("GITS has levels for coefficients from 0.80 to 1.50 in steps of 0.05");
    return last_part(levels, steps, denoise);
}

}  // namespace easel::inference
