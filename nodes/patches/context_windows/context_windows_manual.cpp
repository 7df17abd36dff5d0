#include "inference/guidance/context_windows.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ContextWindowsManual {
    Model model;
    std::int64_t context_length = 16;
    std::int64_t context_overlap = 4;
    std::string context_schedule = "standard_static";
    std::int64_t context_stride = 1;
    bool closed_loop = false;
    std::string fuse_method = "pyramid";
    std::int64_t dim = 0;
    bool freenoise = false;
    std::string cond_retain_index_list;
    bool split_conds_to_windows = false;
    std::string latent_retain_index_list;
    bool causal_window_fix = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_context_windows";
        s.category = "model/patch";
        s.display_name = "Context Windows (Manual)";
        s.description = "Manually set context windows.";
        s.experimental = true;
        s.in("model", &ContextWindowsManual::model).tooltip("The model to apply context windows to during sampling.");
        s.in("context_length", &ContextWindowsManual::context_length)
            .least(1)
            .tooltip("The length of the context window.");
        s.in("context_overlap", &ContextWindowsManual::context_overlap)
            .least(0)
            .tooltip("The overlap of the context window.");
        s.in("context_schedule", &ContextWindowsManual::context_schedule)
            .choices(one_of({"standard_static", "standard_uniform", "looped_uniform", "batched"}))
            .default_value("standard_static")
            .tooltip("Step-dependent scheduling algorithm for context windows.");
        s.in("context_stride", &ContextWindowsManual::context_stride)
            .least(1)
            .tooltip("The stride of the context window; only applicable to uniform schedules.");
        s.in("closed_loop", &ContextWindowsManual::closed_loop)
            .tooltip("Whether to close the context window loop; only applicable to looped schedules.");
        s.in("fuse_method", &ContextWindowsManual::fuse_method)
            .choices(one_of({"pyramid", "relative", "flat", "overlap-linear"}))
            .default_value("pyramid")
            .tooltip("The method to use to fuse the context windows.");
        s.in("dim", &ContextWindowsManual::dim).range(0, 5).tooltip("The dimension to apply the context windows to.");
        s.in("freenoise", &ContextWindowsManual::freenoise)
            .tooltip("Whether to apply FreeNoise noise shuffling, improves window blending.");
        s.in("cond_retain_index_list", &ContextWindowsManual::cond_retain_index_list)
            .option("multiline", false)
            .tooltip("List of latent indices to retain in the conditioning tensors for each window. For concat-style "
                     "I2V models (e.g. Wan I2V, HunyuanVideo I2V, Cosmos I2V, SVD) the encoded start image lives in "
                     "the c_concat conditioning channels; setting this to '0' will retain that start image content at "
                     "sub-pos 0 of every window.");
        s.in("split_conds_to_windows", &ContextWindowsManual::split_conds_to_windows)
            .tooltip("Whether to split multiple conditionings (created by ConditionCombine) to each window based on "
                     "region index.");
        s.in("latent_retain_index_list", &ContextWindowsManual::latent_retain_index_list)
            .option("multiline", false)
            .tooltip("List of latent indices to retain in the noise latent itself for each window. Use for workflows "
                     "where reference content (e.g. a start image) lives directly in the noise latent rather than in "
                     "separate conditioning channels (e.g. inplace-style I2V like LTXV, AnimateDiff). Independent of "
                     "cond_retain_index_list.");
        s.in("causal_window_fix", &ContextWindowsManual::causal_window_fix)
            .tooltip("Whether to add a causal fix frame to non-0-indexed context windows.");
        s.out("MODEL").tooltip = "The model with context windows applied during sampling.";
    }

    Model execute() const {
        return inference::with_context_windows(model,
                                               {.length = context_length,
                                                .overlap = context_overlap,
                                                .schedule = context_schedule,
                                                .stride = context_stride,
                                                .closed_loop = closed_loop,
                                                .blend = fuse_method,
                                                .dimension = dim,
                                                .shuffled_noise = freenoise,
                                                .kept_conditions = inference::parse_frames(cond_retain_index_list),
                                                .kept_latent = inference::parse_frames(latent_retain_index_list),
                                                .splits_conditions = split_conds_to_windows,
                                                .leads_in = causal_window_fix});
    }
};

}  // namespace

void register_context_windows_manual(Registry& registry) { registry.add<ContextWindowsManual>("ContextWindowsManual"); }

}  // namespace easel::nodes
