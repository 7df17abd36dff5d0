// The cases that record_transformers.py and its kin have recorded: inputs are drawn as they draw them, outputs are
// compared.
#pragma once

#include "inference/models/network_input.hpp"
#include "tests/support/inference/drawn_weights.hpp"
#include "tests/support/inference/recorded.hpp"

#include <string>
#include <vector>

namespace easel::inference::testing {

class RecordedTransformer {
public:
    explicit RecordedTransformer(const std::string& name, const std::string& file = "transformers.json")
        : data_(recorded(file)[name]) {}

    Weights weights() const { return drawn_weights(data_["shapes"]); }

    NetworkInput input() const {
        NetworkInput input;
        input.x = random_normal(sizes(data_["x_shape"]), 1000);
        input.context = random_normal(sizes(data_["context_shape"]), 1001);
        input.timestep = at::tensor(data_["timestep"].get<std::vector<float>>());
        if (data_.contains("vector_shape")) input.vector = random_normal(sizes(data_["vector_shape"]), 1002);
        if (data_.contains("guidance"))
            input.guidance = at::full({input.x.size(0)}, data_["guidance"].get<double>(), at::kFloat);
        uint64_t seed = 1100;
        for (const auto& shape : data_.value("reference_shapes", nlohmann::json::array()))
            input.reference_latents.push_back(random_normal(sizes(shape), seed++));
        return input;
    }

    // An input of one family, which is drawn behind the others.
    Tensor extra() const { return random_normal(sizes(data_["extra_shape"]), 1003); }

    // How far `output` is from the recorded one.
    double error(const Tensor& output) const {
        return relative_error(output, to_tensor(data_["out"], sizes(data_["x_shape"])));
    }

private:
    static std::vector<int64_t> sizes(const nlohmann::json& shape) { return shape.get<std::vector<int64_t>>(); }

    nlohmann::json data_;
};

// Float32 sums in another order.
inline constexpr double float_tolerance = 2e-5;

}  // namespace easel::inference::testing
