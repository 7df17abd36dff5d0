#include "inference/sampling/sigma_operations.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ExtendIntermediateSigmas {
    Sigmas sigmas;
    std::int64_t steps = 2;
    double start_at_sigma = -1.0;
    double end_at_sigma = 12.0;
    std::string spacing;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.search_aliases = {"interpolate sigmas"};
        s.in("sigmas", &ExtendIntermediateSigmas::sigmas);
        s.in("steps", &ExtendIntermediateSigmas::steps).range(1, 100);
        s.in("start_at_sigma", &ExtendIntermediateSigmas::start_at_sigma)
            .range(-1.0, 20000.0)
            .step(0.01)
            .option("round", false);
        s.in("end_at_sigma", &ExtendIntermediateSigmas::end_at_sigma)
            .range(0.0, 20000.0)
            .step(0.01)
            .option("round", false);
        s.in("spacing", &ExtendIntermediateSigmas::spacing).choices(one_of({"linear", "cosine", "sine"}));
    }

    Sigmas execute() const {
        return inference::extended(sigmas,
                                   {.steps = steps, .from = start_at_sigma, .to = end_at_sigma, .spacing = spacing});
    }
};

}  // namespace

void register_extend_intermediate_sigmas(Registry& registry) {
    registry.add<ExtendIntermediateSigmas>("ExtendIntermediateSigmas");
}

}  // namespace easel::nodes
