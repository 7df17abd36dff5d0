#include "nodes/patches/context_windows/video_windows.hpp"

namespace easel::nodes {
namespace {

struct WanContextWindowsManual {
    Model model;
    std::int64_t context_length = 81;
    std::int64_t context_overlap = 30;
    std::string context_schedule = "standard_uniform";
    std::int64_t context_stride = 1;
    bool closed_loop = false;
    std::string fuse_method = "pyramid";
    bool freenoise = true;
    bool retain_first_frame = false;
    bool split_conds_to_windows = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_context_windows";
        s.category = "model/patch/wan";
        s.display_name = "Wan Context Windows";
        s.description = "Set context windows for Wan-like models.";
        s.experimental = true;
        s.in("model", &WanContextWindowsManual::model)
            .tooltip("The model to apply context windows to during sampling.");
        s.in("context_length", &WanContextWindowsManual::context_length)
            .range(1, 16384)
            .step(4)
            .tooltip("The length of the context window in real frames. Must be 4*n + 1.");
        s.in("context_overlap", &WanContextWindowsManual::context_overlap)
            .least(0)
            .tooltip("The overlap of the context window in real frames.");
        declare_video_windows<WanContextWindowsManual>(
            s, "Retain the first I2V frame in every context window (may help retain initial reference).");
    }

    Model execute() const {
        return inference::with_context_windows(model, video_windows(*this, 4));
    }
};

}  // namespace

void register_wan_context_windows_manual(Registry& registry) {
    registry.add<WanContextWindowsManual>("WanContextWindowsManual");
}

}  // namespace easel::nodes
