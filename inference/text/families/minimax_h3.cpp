// MiniMax H3: the last of 50 layers of Qwen3-VL-32B, not normed, for words without any template. What the prompt speaks
// of comes before it, each under its number. (MiniMaxH3TEModel, MiniMaxH3Tokenizer)
#include "inference/text/families/minimax_h3.hpp"

#include "base/error.hpp"
#include "inference/text/families/qwen3_vl.hpp"
#include "inference/text/text_family.hpp"

#include <cstdio>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

namespace easel::inference {
namespace {

constexpr std::string_view qwen3_vl_32b = "qwen3vl_32b";
constexpr int vision_start = 151652, vision_end = 151653;
constexpr const char* tags_name = "minimax_token_tags";

class MinimaxH3Text final : public LanguageText {
public:
    using LanguageText::LanguageText;

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const Prompt prompt = read(request);
        Condition condition = LanguageText::encode(prompt, stop_layer);
        condition.extra[tags_name] = tags_of(prompt.chunks.front());
        return condition;
    }

protected:
    Prompt read(const TextRequest& request) const override {
        PromptChunk tokens;
        std::vector<Tensor> seen;
        const auto say = [&](const std::string& text) {
            if (text.empty()) return;
            const PromptChunk words = LanguageText::read({.prompt = text}).chunks.front();
            tokens.insert(tokens.end(), words.begin(), words.end());
        };
        const auto show = [&](const Tensor& frames) {
            for (const int id : {vision_start, QwenBpe::image_pad, vision_end})
                tokens.push_back({.id = id});
            seen.push_back(frames);
        };
        std::map<std::string, int> numbers;
        auto images = request.images.begin();
        for (const std::string& medium : media_of(request)) {
            const std::string label = (medium == "picture" ? "Picture "
                                       : medium == "video" ? "Video "
                                                           : "Audio ") +
                                      std::to_string(++numbers[medium]);
            say("<" + label + ">: ");
            if (medium == "sound") continue;
            if (images == request.images.end()) throw UserError("the prompt lacks the pictures of its " + medium + "s");
            const Tensor& frames = *images++;
            if (medium == "picture") {
                show(frames.narrow(0, 0, 1));
                continue;
            }
            for (int64_t i = 0; i < frames.size(0); i += 2) {
                const bool is_last = i + 1 == frames.size(0);  // stands for both frames of its pair
                say(seconds(static_cast<double>(i) / 2.0, static_cast<double>(is_last ? i : i + 1) / 2.0));
                const Tensor pair = frames.slice(0, i, i + 2);
                show(is_last ? pair.expand({2, -1, -1, -1}) : pair);
            }
        }
        say(request.prompt_for(qwen3_vl_32b));
        if (tokens.empty()) tokens.push_back({.id = QwenBpe::end_of_text});
        return with_pictures(std::move(tokens), seen);
    }

private:
    static std::vector<std::string> media_of(const TextRequest& request) {
        const auto listed = request.by_encoder.find(minimax_media_name);
        if (listed == request.by_encoder.end()) return std::vector<std::string>(request.images.size(), "picture");
        std::istringstream words(listed->second);
        return {std::istream_iterator<std::string>(words), {}};
    }

    static std::string seconds(double first, double second) {
        char text[32];
        std::snprintf(text, sizeof text, "<%.1f seconds>", (first + second) / 2.0);
        return text;
    }

    // [1, tokens]: 0 at pictures and the tokens right before and behind each.
    static Tensor tags_of(const PromptChunk& tokens) {
        const auto is_seen = [](const PromptToken& token) { return token.vector.defined() && token.vector.dim() == 2; };
        std::vector<int64_t> tags;
        for (auto token = tokens.begin(); token != tokens.end(); ++token) {
            const bool is_beside = (token != tokens.begin() && is_seen(*std::prev(token))) ||
                                   (std::next(token) != tokens.end() && is_seen(*std::next(token)));
            const int64_t count = is_seen(*token) ? token->vector.size(0) : 1;
            tags.insert(tags.end(), static_cast<std::size_t>(count), is_seen(*token) || is_beside ? 0 : 1);
        }
        return at::tensor(tags, at::kLong).unsqueeze(0);
    }
};

}  // namespace

void register_text_minimax_h3(TextFamilies& families) {
    families.push_back({
        .name = "minimax_h3",
        .matches =
            [](std::string_view, const std::vector<std::string>& kinds) {
                return kinds == std::vector<std::string>{std::string(qwen3_vl_32b)};
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            const Weights part = w / qwen3_vl_32b;
            auto parts = qwen3_vl_parts(part, qwen3_vl_32b, {.pairs_frames = true});
            parts.config.has_final_norm = false;
            parts.chat = {.picture_token = QwenBpe::image_pad};
            parts.returns_mask = false;
            return std::make_shared<MinimaxH3Text>(part, std::move(parts), settings);
        },
    });
}

}  // namespace easel::inference
