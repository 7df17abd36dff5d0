#include "nodes/patches/step_cache/reuse_inputs.hpp"

namespace easel::nodes {
namespace {

struct LazyCache : ReuseInputs {
    static void declare(Schema& s) {
        declare_reuse(s, "LazyCache");
        s.description =
            "A homebrew version of EasyCache - even 'easier' version of EasyCache to implement. Overall works worse "
            "than EasyCache, but better in some rare cases AND universal compatibility with everything in ComfyUI.";
    }

    Model execute() const { return inference::lazy_cache(model, settings()); }
};

}  // namespace

void register_lazy_cache(Registry& registry) { registry.add<LazyCache>("LazyCache"); }

}  // namespace easel::nodes
