// Stable Cascade: the last layer of OpenCLIP-G without its norm, padding out of sight. (StableCascadeClipModel)
#include "inference/text/clip.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_stable_cascade(TextFamilies& families) {
    families.push_back({
        .name = "stable_cascade",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"clip_g"} && type == "stable_cascade";
            },
        .build =
            [](const Weights& w, const TextSettings& settings) {
                return make_clip_model(
                    w / "clip_g", {.name = "clip_g", .layer = -1, .normalise_hidden = false, .masks_padding = true},
                    settings);
            },
    });
}

}  // namespace easel::inference
