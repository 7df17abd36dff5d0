// Krea 2: twelve layers of Qwen3-VL-4B beside each other, without the system's words. (Krea2TEModel)
#include "inference/text/families/qwen3_vl.hpp"
#include "inference/text/text_family.hpp"

namespace easel::inference {

void register_text_krea2(TextFamilies& families) {
    families.push_back({
        .name = "krea2",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "krea2" && kinds == std::vector<std::string>{"qwen3vl_4b"};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / "qwen3vl_4b";
            auto parts = qwen3_vl_parts(part, "qwen3vl_4b");
            parts.chat.usual = qwen_describing;
            parts.reading.wanted.taps = {2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35};
            parts.joined = join_taps;
            return std::make_shared<Qwen3VlUsersWords>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
