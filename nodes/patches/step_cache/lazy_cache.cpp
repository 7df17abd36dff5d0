#include "inference/guidance/step_cache.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LazyCache {
    Model model;
    double reuse_threshold = 0.2;
    double start_percent = 0.15;
    double end_percent = 0.95;
    bool verbose = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_easycache";
        s.category = "advanced/debug";
        s.display_name = "LazyCache";
        s.description =
            "A homebrew version of EasyCache - even 'easier' version of EasyCache to implement. Overall works worse "
            "than EasyCache, but better in some rare cases AND universal compatibility with everything in ComfyUI.";
        s.experimental = true;
        s.in("model", &LazyCache::model).tooltip("The model to add LazyCache to.");
        s.in("reuse_threshold", &LazyCache::reuse_threshold)
            .range(0.0, 3.0)
            .step(0.01)
            .advanced()
            .tooltip("The threshold for reusing cached steps.");
        s.in("start_percent", &LazyCache::start_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("The relative sampling step to begin use of LazyCache.");
        s.in("end_percent", &LazyCache::end_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("The relative sampling step to end use of LazyCache.");
        s.in("verbose", &LazyCache::verbose).advanced().tooltip("Whether to log verbose information.");
        s.out("MODEL").tooltip = "The model with LazyCache.";
    }

    Model execute() const {
        return inference::lazy_cache(model, {.reuse_threshold = reuse_threshold,
                                             .start_percent = start_percent,
                                             .end_percent = end_percent,
                                             .verbose = verbose});
    }
};

}  // namespace

void register_lazy_cache(Registry& registry) { registry.add<LazyCache>("LazyCache"); }

}  // namespace easel::nodes
