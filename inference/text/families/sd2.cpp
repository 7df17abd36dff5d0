// Stable Diffusion 2.x: the last layer but one of OpenCLIP-H. (SD2ClipModel)
#include "inference/text/clip.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_sd2(TextFamilies& families) {
    families.push_back({
        .name = "sd2",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds == std::vector<std::string>{"clip_h"}; },
        .build =
            [](const Weights& w, const TextSettings& settings) {
                return make_clip_model(w / "clip_h", {.name = "clip_h", .pad = 0, .layer = -2}, settings);
            },
    });
}

}  // namespace easel::inference
