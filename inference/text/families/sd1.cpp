// Stable Diffusion 1.x: the last layer of CLIP-L, its pooled output as it is. (SD1ClipModel)
#include "inference/text/clip.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_sd1(TextFamilies& families) {
    families.push_back({
        .name = "sd1",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"clip_l"} && type != "sd3" && type != "hidream";
            },
        .build =
            [](const Weights& w, const TextSettings& settings) {
                return make_clip_model(w / "clip_l", {.name = "clip_l", .project_pooled = false}, settings);
            },
    });
}

}  // namespace easel::inference
