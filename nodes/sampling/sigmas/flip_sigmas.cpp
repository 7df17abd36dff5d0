#include "inference/sampling/sigma_operations.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FlipSigmas {
    Sigmas sigmas;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.in("sigmas", &FlipSigmas::sigmas);
    }

    Sigmas execute() const { return inference::flipped(sigmas); }
};

}  // namespace

void register_flip_sigmas(Registry& registry) { registry.add<FlipSigmas>("FlipSigmas"); }

}  // namespace easel::nodes
