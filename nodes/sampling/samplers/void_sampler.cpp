#include "inference/models/cogvideo/sampler.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VOIDSampler {
    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_void";
        s.category = "model/sampling/samplers";
    }

    Sampler execute() const { return inference::cogvideo::variance_keeping_ddim(); }
};

}  // namespace

void register_void_sampler(Registry& registry) { registry.add<VOIDSampler>("VOIDSampler"); }

}  // namespace easel::nodes
