// Data recorded from the reference, for tests of the inference layer.
#pragma once

#include "inference/tensor.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace easel::inference::testing {

// tests/inference/data/<name>
inline nlohmann::json recorded(const std::string& name) {
    std::ifstream file(std::filesystem::path(EASEL_TEST_DATA) / "inference" / "data" / name);
    EXPECT_TRUE(file) << "no recorded data " << name;
    return nlohmann::json::parse(file);
}

inline Tensor to_tensor(const nlohmann::json& values, at::IntArrayRef shape) {
    return at::tensor(values.get<std::vector<float>>()).reshape(shape);
}

// The largest difference relative to the deviation of what is expected: the measure of the parity kit.
inline double relative_error(const Tensor& actual, const Tensor& expected) {
    if (actual.sizes() != expected.sizes()) return 1e30;
    const double scale = std::max(expected.to(at::kDouble).std(/*unbiased=*/false).item<double>(), 1e-12);
    return (actual.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>() / scale;
}

}  // namespace easel::inference::testing
