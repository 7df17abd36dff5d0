// SAM 3: a small CLIP reads what is looked for. Commas part several things, each may say how many of it are wanted:
// "red car:3, dog". (comfy.text_encoders.sam3_clip)
#include "inference/vision/sam3/sam3.hpp"
#include "inference/text/clip.hpp"
#include "inference/text/text_family.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace easel::inference {
namespace {

struct Wanted {
    std::string name;
    int64_t most = 1;
};

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\r\f\v";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

// "name : 3" or a name alone.
Wanted wanted(std::string_view part) {
    const auto colon = part.rfind(':');
    if (colon == std::string_view::npos) return {.name = std::string(part)};
    const std::string name = trimmed(part.substr(0, colon)), number = trimmed(part.substr(colon + 1));
    const bool is_number = !number.empty() && number.find_first_not_of("0123456789.") == std::string::npos;
    if (name.empty() || !is_number) return {.name = std::string(part)};
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size())
        throw NamedError("ValueError", "could not convert string to float: '" + number + "'");
    return {.name = name, .most = std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(value)))};
}

std::vector<Wanted> things_in(std::string prompt) {
    std::erase_if(prompt, [](char c) { return c == '(' || c == ')'; });
    std::vector<Wanted> things;
    for (std::size_t first = 0; first <= prompt.size();) {
        const std::size_t comma = std::min(prompt.find(',', first), prompt.size());
        const std::string part = trimmed(std::string_view(prompt).substr(first, comma - first));
        if (!part.empty()) things.push_back(wanted(part));
        first = comma + 1;
    }
    return things;
}

class Sam3Text final : public TextModel {
public:
    Sam3Text(const Weights& w, const TextSettings& settings)
        : network_(w, ClipTextNetwork::Activation::quick_gelu), format_(clip_format(reading(), settings)) {
        format_.pad = 0;
        format_.length = static_cast<std::size_t>(network_.position_count());
        format_.reads_weights = false;
    }

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const std::string& prompt = request.prompt_for(reading().name);
        const auto things = things_in(prompt);
        if (things.size() <= 1 && (things.empty() || things.front().most == 1)) return encoded(prompt, stop_layer);
        Condition condition;
        auto named = std::make_shared<NamedThings>();
        for (const Wanted& thing : things) {
            Condition own = encoded(thing.name, stop_layer);
            named->things.push_back({.text = own.cross, .mask = *own.attention_mask, .most = thing.most});
            if (!condition.cross.defined()) condition = std::move(own);
        }
        condition.attached.emplace("sam3_things", std::move(named));
        return condition;
    }

    LoraKeys lora_keys() const override { return {}; }

private:
    static ClipReading reading() {
        return {.name = "sam3_clip", .pad = 0, .project_pooled = false, .masks_padding = true};
    }

    Condition encoded(std::string_view prompt, std::optional<int> stop_layer) const {
        const SpecialTokens special{.start = format_.start, .end = format_.end, .pad = format_.pad};
        const EmbeddedPrompt tokens = embed_prompt(tokenize_prompt(prompt, format_), network_.tokens, special);
        const auto out = network_(tokens.embeddings, tokens.mask, stop_layer, /*normalise_hidden=*/true);
        Condition condition;
        condition.cross = out.hidden.flatten(0, 1).unsqueeze(0);
        condition.pooled = out.last[0][tokens.counts.front() - 1].unsqueeze(0);
        condition.attention_mask = tokens.mask.flatten().unsqueeze(0);
        return condition;
    }

    ClipTextNetwork network_;
    PromptFormat format_;
};

}  // namespace

void register_text_sam3(TextFamilies& families) {
    families.push_back({
        .name = "sam3",
        .matches = [](std::string_view, const std::vector<std::string>&) { return false; },  // in checkpoints only
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<Sam3Text>(w / "sam3_clip", settings);
        },
    });
}

}  // namespace easel::inference
