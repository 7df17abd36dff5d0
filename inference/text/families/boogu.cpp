// Boogu: the last layer of Qwen3-VL-8B. What the system says depends on whether there are pictures, or no words at all.
// (BooguTEModel)
#include "inference/text/families/qwen3_vl.hpp"
#include "inference/text/text_family.hpp"

#include <string>

namespace easel::inference {
namespace {

constexpr std::string_view following = "<|im_start|>system\nYou are a helpful assistant that generates high-quality "
                                       "images based on user instructions. The "
                                       "instructions are as follows.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\n\r\f\v") == std::string_view::npos; }

class BooguText final : public LanguageText {
public:
    using LanguageText::LanguageText;

protected:
    Prompt read(const TextRequest& request) const override {
        if (request.chat_template || (request.images.empty() && !is_blank(request.prompt_for("qwen3vl_8b"))))
            return LanguageText::read(request);
        TextRequest edited = request;
        std::string text(qwen_editing_system);
        text += "<|im_start|>user\n";
        for (std::size_t i = 0; i < request.images.size(); ++i)
            text += picture_place;
        edited.chat_template = text + "{}<|im_end|>\n";
        return LanguageText::read(edited);
    }
};

}  // namespace

void register_text_boogu(TextFamilies& families) {
    families.push_back({
        .name = "boogu",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "boogu" && kinds == std::vector<std::string>{"qwen3vl_8b"};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / "qwen3vl_8b";
            auto parts = qwen3_vl_parts(part, "qwen3vl_8b");
            parts.chat.usual = following;
            return std::make_shared<BooguText>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
