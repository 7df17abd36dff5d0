#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerEulerCFGpp {
    std::string version;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_advanced_samplers";
        s.category = "experimental";
        s.display_name = "SamplerEulerCFG++";
        s.experimental = true;
        s.in("version", &SamplerEulerCFGpp::version).choices(one_of({"regular", "alternative"})).advanced();
    }

    Sampler execute() const {
        return {.function = version == "regular" ? inference::samplers::euler_cfg_pp : inference::samplers::euler_pp};
    }
};

}  // namespace

void register_sampler_euler_cfgpp(Registry& registry) { registry.add<SamplerEulerCFGpp>("SamplerEulerCFGpp"); }

}  // namespace easel::nodes
