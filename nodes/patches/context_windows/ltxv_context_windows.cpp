#include "nodes/patches/context_windows/video_windows.hpp"

namespace easel::nodes {
namespace {

struct LTXVContextWindows {
    Model model;
    std::int64_t context_length = 145;
    std::int64_t context_overlap = 40;
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
        s.category = "model/patch";
        s.display_name = "LTXV Context Windows";
        s.description = "Set context windows for LTXV-like models.";
        s.experimental = true;
        s.in("model", &LTXVContextWindows::model).tooltip("The model to apply context windows to during sampling.");
        s.in("context_length", &LTXVContextWindows::context_length)
            .range(1, 16384)
            .step(8)
            .tooltip("The length of the context window in real frames. Must be 8*n + 1.");
        s.in("context_overlap", &LTXVContextWindows::context_overlap)
            .least(0)
            .step(8)
            .tooltip("The overlap of the context window in real frames.");
        declare_video_windows<LTXVContextWindows>(
            s, "Retain the first latent frame in every context window (may help retain initial reference).");
    }

    Model execute() const {
        inference::ContextWindows windows = video_windows(*this, 8);
        windows.kept_latent = windows.kept_conditions;
        return inference::with_context_windows(model, windows);
    }
};

}  // namespace

void register_ltxv_context_windows(Registry& registry) { registry.add<LTXVContextWindows>("LTXVContextWindows"); }

}  // namespace easel::nodes
