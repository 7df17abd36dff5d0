#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerLMS {
    std::int64_t order = 4;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("order", &SamplerLMS::order).range(1, 100).advanced();
    }

    Sampler execute() const {
        return {.function = inference::samplers::with(inference::samplers::lms, {.order = order})};
    }
};

}  // namespace

void register_sampler_lms(Registry& registry) { registry.add<SamplerLMS>("SamplerLMS"); }

}  // namespace easel::nodes
