#include "inference/guidance/step_cache.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EasyCache {
    Model model;
    double reuse_threshold = 0.2;
    double start_percent = 0.15;
    double end_percent = 0.95;
    bool verbose = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_easycache";
        s.category = "advanced/debug";
        s.display_name = "EasyCache";
        s.description = "Native EasyCache implementation.";
        s.experimental = true;
        s.in("model", &EasyCache::model).tooltip("The model to add EasyCache to.");
        s.in("reuse_threshold", &EasyCache::reuse_threshold)
            .range(0.0, 3.0)
            .step(0.01)
            .advanced()
            .tooltip("The threshold for reusing cached steps.");
        s.in("start_percent", &EasyCache::start_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("The relative sampling step to begin use of EasyCache.");
        s.in("end_percent", &EasyCache::end_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("The relative sampling step to end use of EasyCache.");
        s.in("verbose", &EasyCache::verbose).advanced().tooltip("Whether to log verbose information.");
        s.out("MODEL").tooltip = "The model with EasyCache.";
    }

    Model execute() const {
        return inference::easy_cache(model, {.reuse_threshold = reuse_threshold,
                                             .start_percent = start_percent,
                                             .end_percent = end_percent,
                                             .verbose = verbose});
    }
};

}  // namespace

void register_easy_cache(Registry& registry) { registry.add<EasyCache>("EasyCache"); }

}  // namespace easel::nodes
