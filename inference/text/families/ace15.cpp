// ACE-Step 1.5: Qwen3-0.6B for a caption and for lyrics, and a larger Qwen 3 that writes the music's coarse codes.
// (ACE15TEModel)
#include "base/error.hpp"
#include "inference/text/families/qwen3.hpp"
#include "inference/text/language_encoder.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace easel::inference {
namespace {

constexpr int64_t first_code = 151669, last_code = 215669;  // of the language model's vocabulary
constexpr double codes_per_second = 5.0;

// How codes are drawn.
struct Drawing {
    double cfg = 2.0, temperature = 0.85, top_p = 0.9, min_p = 0.0;
    int64_t top_k = 0;
    uint64_t seed = 0;
};

constexpr float never = std::numeric_limits<float>::lowest();

void drop_unlikely(Tensor& scores, const Drawing& how) {
    if (how.top_k > 0) {
        const Tensor best = std::get<0>(at::topk(scores, std::min(how.top_k, scores.size(-1))));
        scores.masked_fill_(scores < best.slice(-1, -1), never);
    }
    if (how.min_p > 0.0) {
        const Tensor likelihood = at::softmax(scores, -1);
        scores.masked_fill_(likelihood < likelihood.amax({-1}, true) * how.min_p, never);
    }
    if (how.top_p < 1.0) {
        const auto [sorted, order] = at::sort(scores, -1, true);
        const Tensor above = at::softmax(sorted, -1).cumsum(-1) > how.top_p;
        const Tensor dropped = at::cat({at::zeros_like(above.slice(-1, 0, 1)), above.slice(-1, 0, -1)}, -1);
        scores.masked_fill_(at::zeros_like(dropped).scatter_(1, order, dropped), never);
    }
}

// One code of `scores` [1, codes], the caller's own.
int64_t draw(Tensor scores, const Drawing& how, int64_t vocabulary, at::Generator& random) {
    drop_unlikely(scores, how);
    if (how.temperature <= 0.0) return scores.argmax(-1).item<int64_t>();
    // Drawn among all words, so that the generator gives the same code as where all words could come.
    Tensor all = at::full({1, vocabulary}, never, scores.options());
    all.narrow(1, first_code, scores.size(1)).copy_(scores / how.temperature);
    return at::multinomial(at::softmax(all, -1), 1, false, random).item<int64_t>() - first_code;
}

// A piece of music as its node describes it.
struct Music {
    std::string caption, lyrics, language, keyscale, seed;
    int64_t bpm, duration, timesignature;

    explicit Music(const TextRequest& request)
        : caption(request.prompt), bpm(number(request, "bpm", 120.0)),
          duration(static_cast<int64_t>(std::ceil(request.setting("duration", 120.0)))),
          timesignature(number(request, "timesignature", 4.0)) {
        for (const auto& [name, field] : {std::pair{"lyrics", &lyrics}, std::pair{"language", &language},
                                          std::pair{"keyscale", &keyscale}, std::pair{"seed", &seed}})
            if (const auto found = request.by_encoder.find(name); found != request.by_encoder.end())
                *field = found->second;
    }

    // Everything but the caption and the lyrics.
    std::string as_yaml() const {
        return "bpm: " + std::to_string(bpm) + "\nduration: " + std::to_string(duration) + "\nkeyscale: " + keyscale +
               "\ntimesignature: " + std::to_string(timesignature);
    }
    std::string as_list() const {
        return "- bpm: " + std::to_string(bpm) + "\n- timesignature: " + std::to_string(timesignature) +
               "\n- keyscale: " + keyscale + "\n- duration: " + std::to_string(duration) + " seconds";
    }

private:
    static int64_t number(const TextRequest& request, std::string_view name, double otherwise) {
        return static_cast<int64_t>(request.setting(name, otherwise));
    }
};

std::string stripped(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\n\r\f\v");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\n\r\f\v") - first + 1);
}

constexpr const char* task = "# Instruction\nGenerate audio semantic tokens based on the given conditions:\n\n";

// What the language model continues; `thoughts` are what it is to have thought about the piece before.
std::string writing_prompt(const Music& music, const std::string& thoughts) {
    return std::string("<|im_start|>system\n") + task + "<|im_end|>\n<|im_start|>user\n# Caption\n" + music.caption +
           "\n\n# Lyric\n" + stripped(music.lyrics) + "\n<|im_end|>\n<|im_start|>assistant\n<think>\n" + thoughts +
           "\n</think>\n\n<|im_end|>\n";
}

class Ace15Text final : public TextModel {
public:
    Ace15Text(const Weights& w, const TextSettings& settings)
        : weights_(w), caption_(encoder(w / "qwen3_06b", "qwen3_06b", {}, settings)),
          lyrics_(encoder(w / "qwen3_06b", "qwen3_06b", {.layer = {}, .taps = {0}}, settings)) {
        for (const char* kind : {"qwen3_2b", "qwen3_4b"})
            if (w.has_part(kind)) writer_.emplace(encoder(w / kind, kind, {}, settings));
    }

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        Music music(request);
        music.caption = stripped(music.caption);
        Condition condition;
        const std::string caption = std::string(task) + "# Caption\n" + music.caption + "\n\n# Metas\n" +
                                    music.as_list() + "\n<|endoftext|>\n<|endoftext|>";
        const std::string lyrics =
            "# Languages\n" + music.language + "\n\n# Lyric\n" + music.lyrics + "<|endoftext|><|endoftext|>";
        condition.cross = caption_.encode(caption_.tokenize(caption, {}), stop_layer).states;
        condition.extra["conditioning_lyrics"] = lyrics_.encode(lyrics_.tokenize(lyrics, {}), {}).states.select(1, 0);
        if (request.setting("generate_audio_codes", 1.0) != 0.0)
            condition.extra["audio_codes"] = codes(music, request).unsqueeze(0);
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(weights_); }

private:
    static LanguageEncoder encoder(const Weights& w, std::string_view name, LanguageModel::Wanted wanted,
                                   const TextSettings& settings) {
        LanguageReading reading = qwen_reading(name);
        reading.wanted = std::move(wanted);
        return LanguageEncoder(w / "model", {}, reading, qwen_tokens, settings);
    }

    // The prompt, and where guidance is wanted one without the piece's data, of the same length.
    std::vector<PromptChunk> writing_prompts(const Music& music, bool guided) const {
        PromptChunk positive = writer_->tokenize(writing_prompt(music, music.as_yaml()), {}).front();
        if (!guided) return {positive};
        PromptChunk negative = writer_->tokenize(writing_prompt(music, ""), {}).front();
        const std::size_t length = std::max(positive.size(), negative.size());
        const PromptToken padding{.id = QwenBpe::end_of_text};
        for (PromptChunk* chunk : {&positive, &negative})
            chunk->insert(chunk->begin(), length - chunk->size(), padding);
        return {positive, negative};
    }

    // [count], int64. (generate_audio_codes)
    Tensor codes(const Music& music, const TextRequest& request) const {
        if (!writer_) throw UserError("the text encoder holds no language model that writes audio codes");
        const Drawing how{.cfg = request.setting("cfg_scale", 2.0),
                          .temperature = request.setting("temperature", 0.85),
                          .top_p = request.setting("top_p", 0.9),
                          .min_p = request.setting("min_p", 0.0),
                          .top_k = static_cast<int64_t>(request.setting("top_k", 0.0)),
                          .seed = music.seed.empty() ? 0 : std::stoull(music.seed)};
        const bool guided = how.cfg != 1.0;
        const LanguageModel& model = writer_->model();
        const int64_t vocabulary = model.tokens.count(), known = std::min(vocabulary, last_code) - first_code;
        if (known <= 0) throw UserError("the language model knows no audio codes");
        const EmbeddedPrompt prompt = writer_->embed(writing_prompts(music, guided));
        at::Generator random = at::make_generator<at::CPUGeneratorImpl>(how.seed);
        KeyValueCache cache;
        LanguageModel::Input input{.embeddings = prompt.embeddings, .mask = prompt.mask, .cache = &cache};
        std::vector<int64_t> written;
        const auto wanted = static_cast<std::size_t>(static_cast<double>(music.duration) * codes_per_second);
        while (written.size() < wanted) {
            const Tensor last = model(input, {}).last;
            const Tensor state = last.select(1, last.size(1) - 1);
            const Tensor scores = at::linear(state, model.tokens.weight.like(state).narrow(0, first_code, known));
            const Tensor one = guided
                                   ? scores.slice(0, 1, 2) + how.cfg * (scores.slice(0, 0, 1) - scores.slice(0, 1, 2))
                                   : scores.clone();
            written.push_back(draw(one, how, vocabulary, random));
            const Tensor token = at::full({scores.size(0), 1}, written.back() + first_code, at::kLong);
            input.embeddings = model.embed(token);
            input.mask = at::cat({input.mask, at::ones_like(input.mask.slice(1, 0, 1))}, 1);
        }
        return at::tensor(written, at::kLong);
    }

    Weights weights_;
    LanguageEncoder caption_, lyrics_;
    std::optional<LanguageEncoder> writer_;
};

}  // namespace

void register_text_ace15(TextFamilies& families) {
    families.push_back({
        .name = "ace1.5",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "ace" && kinds.size() == 2 && std::ranges::count(kinds, "qwen3_06b") == 1 &&
                       std::ranges::any_of(
                           kinds, [](const std::string& kind) { return kind == "qwen3_2b" || kind == "qwen3_4b"; });
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<Ace15Text>(w, settings);
        },
    });
}

}  // namespace easel::inference
