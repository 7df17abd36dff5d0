#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct DisableNoise {

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/noise";
        s.search_aliases = {"zero noise"};
    }

    NoiseSource execute() const { return {.seed = 0, .is_zero = true}; }
};

}  // namespace

void register_disable_noise(Registry& registry) { registry.add<DisableNoise>("DisableNoise"); }

}  // namespace easel::nodes
