// Z-Image: the last layer but one of Qwen3-4B. (ZImageTEModel)
#include "inference/text/families/qwen3.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_z_image(TextFamilies& families) {
    families.push_back({
        .name = "z_image",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{"qwen3_4b"} && type != "flux" && type != "flux2";
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            auto parts = qwen_parts("qwen3_4b", qwen_chat);
            parts.reading.wanted.layer = -2;
            return std::make_shared<LanguageText>(w / "qwen3_4b", std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
