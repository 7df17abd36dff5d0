#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct StyleModelApply {
    Conditioning conditioning;
    inference::StyleModel style_model;
    inference::ClipVisionOutput clip_vision_output;
    double strength = 1.0;
    std::string strength_type;

    static void declare(Schema& s) {
        s.category = "model/conditioning";
        s.display_name = "Apply Style Model";
        s.search_aliases = {"style transfer"};
        s.in("conditioning", &StyleModelApply::conditioning);
        s.in("style_model", &StyleModelApply::style_model);
        s.in("clip_vision_output", &StyleModelApply::clip_vision_output);
        s.in("strength", &StyleModelApply::strength).range(0.0, 10.0).step(0.001);
        s.in("strength_type", &StyleModelApply::strength_type).choices(one_of({"multiply", "attn_bias"}));
    }

    Conditioning execute() const {
        const Tensor tokens = style_model.tokens(clip_vision_output);
        const bool multiplies = strength_type == "multiply";
        return inference::with_style(conditioning, multiplies ? tokens * strength : tokens,
                                     multiplies ? 1.0 : strength);
    }
};

}  // namespace

void register_style_model_apply(Registry& registry) { registry.add<StyleModelApply>("StyleModelApply"); }

}  // namespace easel::nodes
