// The cases that record_vision.py has recorded: inputs are drawn as it draws them, outputs are compared.
#pragma once

#include "inference/sampling/noise.hpp"
#include "tests/support/inference/drawn_weights.hpp"
#include "tests/support/inference/recorded.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <string>
#include <vector>

namespace easel::inference::testing {

// Of sums in another order, through many layers.
inline constexpr double vision_tolerance = 2e-4;

class RecordedVision {
public:
    explicit RecordedVision(const std::string& name) : data_(recorded("vision.json")[name]) {}

    Weights weights() const { return drawn_weights(data_["shapes"]); }
    // Values in 0..1, drawn as the script draws them.
    Tensor picture() const { return at::rand(sizes("x"), at::make_generator<at::CPUGeneratorImpl>(1000), at::kFloat); }
    Tensor normal(const char* name, uint64_t seed) const { return random_normal(sizes(name), seed); }

    double error(const char* name, const Tensor& actual) const {
        const auto& expected = data_[name];
        if (actual.sizes().vec() != expected["shape"].get<std::vector<int64_t>>()) return 1e30;
        const Tensor seen = actual.flatten().slice(0, 0, std::nullopt, expected["step"].get<int64_t>());
        return relative_error(seen, to_tensor(expected["values"], {-1}));
    }

    const nlohmann::json& operator[](const char* name) const { return data_[name]; }

private:
    std::vector<int64_t> sizes(const char* name) const { return data_[name].get<std::vector<int64_t>>(); }

    nlohmann::json data_;
};

}  // namespace easel::inference::testing
