// Qwen3-VL as it is, mostly for writing text about pictures. (Qwen3VLTEModel)
#include "inference/text/families/qwen3_vl.hpp"

#include "inference/text/text_family.hpp"

namespace easel::inference {
namespace {

// The types of CLIPLoader by which a family of its own reads a file.
bool is_taken(std::string_view type, std::string_view kind) {
    if (kind == "qwen3vl_32b") return true;
    if (type == "flux" || type == "flux2") return true;
    if (kind == "qwen3vl_4b") return type == "krea2" || type == "mage";
    return type == "ideogram4" || type == "boogu" || type == "joyimage";
}

}  // namespace

void register_text_qwen3_vl(TextFamilies& families) {
    families.push_back({
        .name = "qwen3_vl",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return kinds.size() == 1 && kinds.front().starts_with("qwen3vl_") && !is_taken(type, kinds.front());
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const std::string_view name = w.has_part("qwen3vl_4b") ? "qwen3vl_4b" : "qwen3vl_8b";
            auto parts = qwen3_vl_parts(w / name, name);
            parts.chat.thinks = false;
            parts.reading.wanted.layer = -1;
            return std::make_shared<LanguageText>(w / name, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
