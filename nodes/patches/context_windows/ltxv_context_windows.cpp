#include "nodes/patches/context_windows/video_windows.hpp"

namespace easel::nodes {
namespace {

struct LTXVContextWindows : VideoWindows {
    static void declare(Schema& s) {
        declare_model(s);
        s.display_name = "LTXV Context Windows";
        s.description = "Set context windows for LTXV-like models.";
        s.in("context_length", &LTXVContextWindows::context_length)
            .default_value(145)
            .range(1, 16384)
            .step(8)
            .tooltip("The length of the context window in real frames. Must be 8*n + 1.");
        s.in("context_overlap", &LTXVContextWindows::context_overlap)
            .default_value(40)
            .least(0)
            .step(8)
            .tooltip("The overlap of the context window in real frames.");
        declare_rest(s, "Retain the first latent frame in every context window (may help retain initial reference).");
    }

    Model execute() const {
        inference::ContextWindows wanted = windows(8);
        wanted.kept_latent = wanted.kept_conditions;
        return inference::with_context_windows(model, wanted);
    }
};

}  // namespace

void register_ltxv_context_windows(Registry& registry) { registry.add<LTXVContextWindows>("LTXVContextWindows"); }

}  // namespace easel::nodes
