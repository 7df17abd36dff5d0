#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// What is no weight is left alone.
inference::MergeRatios in_text_encoder(double own, double other) {
    return [own, other](std::string_view key) -> std::optional<inference::MergeRatio> {
        if (key.ends_with("position_ids") || key.ends_with("logit_scale")) return std::nullopt;
        return inference::MergeRatio{own, other};
    };
}

struct CLIPMergeSimple {
    Clip clip1;
    Clip clip2;
    double ratio = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.in("clip1", &CLIPMergeSimple::clip1);
        s.in("clip2", &CLIPMergeSimple::clip2);
        s.in("ratio", &CLIPMergeSimple::ratio).range(0.0, 1.0).step(0.01);
    }

    Clip execute() const { return clip1.with_merged(clip2, in_text_encoder(ratio, 1.0 - ratio)); }
};

struct CLIPMergeSubtract {
    Clip clip1;
    Clip clip2;
    double multiplier = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.search_aliases = {"clip difference", "text encoder subtract"};
        s.in("clip1", &CLIPMergeSubtract::clip1);
        s.in("clip2", &CLIPMergeSubtract::clip2);
        s.in("multiplier", &CLIPMergeSubtract::multiplier).range(-10.0, 10.0).step(0.01);
    }

    Clip execute() const { return clip1.with_merged(clip2, in_text_encoder(multiplier, -multiplier)); }
};

struct CLIPMergeAdd {
    Clip clip1;
    Clip clip2;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.search_aliases = {"combine clip"};
        s.in("clip1", &CLIPMergeAdd::clip1);
        s.in("clip2", &CLIPMergeAdd::clip2);
    }

    Clip execute() const { return clip1.with_merged(clip2, in_text_encoder(1.0, 1.0)); }
};

}  // namespace

void register_clip_merge(Registry& registry) {
    registry.add<CLIPMergeSimple>("CLIPMergeSimple");
    registry.add<CLIPMergeSubtract>("CLIPMergeSubtract");
    registry.add<CLIPMergeAdd>("CLIPMergeAdd");
}

}  // namespace easel::nodes
