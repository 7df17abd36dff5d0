#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

inference::MergeRatios everywhere(double own, double other) {
    return [own, other](std::string_view) { return inference::MergeRatio{own, other}; };
}

struct ModelMergeSimple {
    Model model1;
    Model model2;
    double ratio = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.in("model1", &ModelMergeSimple::model1);
        s.in("model2", &ModelMergeSimple::model2);
        s.in("ratio", &ModelMergeSimple::ratio).range(0.0, 1.0).step(0.01);
    }

    Model execute() const { return model1.with_merged(model2, everywhere(ratio, 1.0 - ratio)); }
};

struct ModelMergeSubtract {
    Model model1;
    Model model2;
    double multiplier = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.in("model1", &ModelMergeSubtract::model1);
        s.in("model2", &ModelMergeSubtract::model2);
        s.in("multiplier", &ModelMergeSubtract::multiplier).range(-10.0, 10.0).step(0.01);
    }

    Model execute() const { return model1.with_merged(model2, everywhere(multiplier, -multiplier)); }
};

struct ModelMergeAdd {
    Model model1;
    Model model2;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.in("model1", &ModelMergeAdd::model1);
        s.in("model2", &ModelMergeAdd::model2);
    }

    Model execute() const { return model1.with_merged(model2, everywhere(1.0, 1.0)); }
};

}  // namespace

void register_model_merge(Registry& registry) {
    registry.add<ModelMergeSimple>("ModelMergeSimple");
    registry.add<ModelMergeSubtract>("ModelMergeSubtract");
    registry.add<ModelMergeAdd>("ModelMergeAdd");
}

}  // namespace easel::nodes
