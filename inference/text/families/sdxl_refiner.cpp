// SDXL's refiner: the last layer but one of OpenCLIP-G. (SDXLRefinerClipModel)
#include "inference/text/clip_pair.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_sdxl_refiner(TextFamilies& families) {
    families.push_back({
        .name = "sdxl_refiner",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"clip_g"} && type != "sd3" && type != "hidream" &&
                       type != "stable_cascade";
            },
        .build = [](const Weights& w,
                    const TextSettings& settings) { return make_clip_model(w / "clip_g", clip_g_reading, settings); },
    });
}

}  // namespace easel::inference
