#include "nodes/patches/context_windows/video_windows.hpp"

namespace easel::nodes {
namespace {

struct WanContextWindowsManual : VideoWindows {
    static void declare(Schema& s) {
        declare_model(s);
        s.category = "model/patch/wan";
        s.display_name = "Wan Context Windows";
        s.description = "Set context windows for Wan-like models.";
        s.in("context_length", &WanContextWindowsManual::context_length)
            .range(1, 16384)
            .step(4)
            .tooltip("The length of the context window in real frames. Must be 4*n + 1.");
        s.in("context_overlap", &WanContextWindowsManual::context_overlap)
            .least(0)
            .tooltip("The overlap of the context window in real frames.");
        declare_rest(s, "Retain the first I2V frame in every context window (may help retain initial reference).");
    }

    Model execute() const { return inference::with_context_windows(model, windows(4)); }
};

}  // namespace

void register_wan_context_windows_manual(Registry& registry) {
    registry.add<WanContextWindowsManual>("WanContextWindowsManual");
}

}  // namespace easel::nodes
