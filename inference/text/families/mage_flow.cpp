// Mage-Flow: the last layer of Qwen3-VL-4B without the system's words; pictures are counted. (MageFlowTEModel)
#include "inference/text/families/qwen3_vl.hpp"
#include "inference/text/text_family.hpp"

#include <string>

namespace easel::inference {
namespace {

class MageFlowText final : public Qwen3VlUsersWords {
public:
    using Qwen3VlUsersWords::Qwen3VlUsersWords;

protected:
    Prompt read(const TextRequest& request) const override {
        if (request.images.empty() || request.chat_template) return LanguageText::read(request);
        TextRequest counted = request;
        std::string text(qwen_editing_system);
        text += "<|im_start|>user\n";
        for (std::size_t i = 1; i <= request.images.size(); ++i)
            text += "Image " + std::to_string(i) + ": " + std::string(picture_place);
        counted.chat_template = text + "{}<|im_end|>\n<|im_start|>assistant\n";
        return LanguageText::read(counted);
    }
};

}  // namespace

void register_text_mage_flow(TextFamilies& families) {
    families.push_back({
        .name = "mage_flow",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "mage" && kinds == std::vector<std::string>{"qwen3vl_4b"};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / "qwen3vl_4b";
            auto parts = qwen3_vl_parts(part, "qwen3vl_4b");
            parts.chat.usual = qwen_describing;
            return std::make_shared<MageFlowText>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
