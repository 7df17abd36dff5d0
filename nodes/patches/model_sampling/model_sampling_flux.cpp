#include "inference/guidance/model_sampling.hpp"
#include "inference/sampling/flow_schedules.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingFlux {
    Model model;
    double max_shift = 1.15;
    double base_shift = 0.5;
    std::int64_t width = 1024;
    std::int64_t height = 1024;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch/flux";
        s.in("model", &ModelSamplingFlux::model);
        s.in("max_shift", &ModelSamplingFlux::max_shift).range(0.0, 100.0).step(0.01).advanced();
        s.in("base_shift", &ModelSamplingFlux::base_shift).range(0.0, 100.0).step(0.01).advanced();
        s.in("width", &ModelSamplingFlux::width).range(16, 16384).step(8);
        s.in("height", &ModelSamplingFlux::height).range(16, 16384).step(8);
    }

    Model execute() const {
        constexpr double pixels_of_token = 16.0 * 16.0;
        const double tokens = static_cast<double>(width * height) / pixels_of_token;
        return inference::sample_flux(model, inference::shift_for_tokens(tokens, base_shift, max_shift, 256.0, 4096.0));
    }
};

}  // namespace

void register_model_sampling_flux(Registry& registry) { registry.add<ModelSamplingFlux>("ModelSamplingFlux"); }

}  // namespace easel::nodes
