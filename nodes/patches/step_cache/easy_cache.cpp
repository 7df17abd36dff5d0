#include "nodes/patches/step_cache/reuse_inputs.hpp"

namespace easel::nodes {
namespace {

struct EasyCache : ReuseInputs {
    static void declare(Schema& s) {
        declare_reuse(s, "EasyCache");
        s.description = "Native EasyCache implementation.";
    }

    Model execute() const { return inference::easy_cache(model, settings()); }
};

}  // namespace

void register_easy_cache(Registry& registry) { registry.add<EasyCache>("EasyCache"); }

}  // namespace easel::nodes
