#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct DifferentialDiffusion {
    Model model;
    std::optional<double> strength = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_differential_diffusion";
        s.category = "experimental";
        s.display_name = "Differential Diffusion";
        s.experimental = true;
        s.search_aliases = {"inpaint gradient", "variable denoise strength"};
        s.in("model", &DifferentialDiffusion::model);
        s.in("strength", &DifferentialDiffusion::strength).range(0.0, 1.0).step(0.01);
    }

    Model execute() const { return model.with_timed_mask(strength.value_or(1.0)); }
};

}  // namespace

void register_differential_diffusion(Registry& registry) {
    registry.add<DifferentialDiffusion>("DifferentialDiffusion");
}

}  // namespace easel::nodes
