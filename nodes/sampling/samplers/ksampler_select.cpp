#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct KSamplerSelect {
    std::string sampler_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("sampler_name", &KSamplerSelect::sampler_name).choices(sampler_choices());
    }

    Sampler execute() const { return inference::find_sampler(sampler_name).sampler; }
};

}  // namespace

void register_ksampler_select(Registry& registry) { registry.add<KSamplerSelect>("KSamplerSelect"); }

}  // namespace easel::nodes
