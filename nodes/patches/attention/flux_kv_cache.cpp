#include "inference/sampling/model_options.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FluxKVCache {
    Model model;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "experimental";
        s.display_name = "Flux KV Cache";
        s.description = "Enables KV Cache optimization for reference images on Flux family models.";
        s.experimental = true;
        s.in("model", &FluxKVCache::model).tooltip("The model to use KV Cache on.");
        s.out("MODEL").tooltip = "The patched model with KV Cache enabled.";
    }

    Model execute() const {
        return inference::with_run_state(model, [](inference::ModelOptions& options, const inference::RunStart&) {
            options.patches.references = std::make_shared<inference::ReferenceCache>();
        });
    }
};

}  // namespace

void register_flux_kv_cache(Registry& registry) { registry.add<FluxKVCache>("FluxKVCache"); }

}  // namespace easel::nodes

