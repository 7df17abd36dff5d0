// MiniMax Music 3: a Qwen 3 that writes music as frames of eight codes, and whose thoughts at each are the
// conditioning. (MiniMaxMusic3TEModel, MiniMaxMusic3AR)
#include "inference/text/families/minimax_music.hpp"

#include "base/blake2b.hpp"
#include "base/error.hpp"
#include "inference/audio/music_frames.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/text/depth_decoder.hpp"
#include "inference/text/language_model.hpp"
#include "inference/text/music_prompt.hpp"
#include "inference/text/text_family.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/tokenizers/json_bpe.hpp"
#include "inference/text/tokenizers/unicode.hpp"
#include "inference/weights/codecs/views.hpp"

#include <ATen/ops/multinomial.h>
#include <ATen/ops/topk.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace easel::inference {
namespace {

constexpr int token_guidance = 151654, token_end = 151670;
constexpr int64_t first_music_code = 151675, music_codes = 16384;  // of the vocabulary
constexpr int64_t most_prompt_tokens = 5000;
constexpr double usual_cfg = 1.5, usual_top_k = 50;
constexpr double unthinkable = -1e9;
constexpr float beyond = -std::numeric_limits<float>::infinity();

constexpr std::array<std::pair<const char*, int>, 9> marks_of_prompt{{{"<|im_start|>", 151644},
                                                                      {"<|im_end|>", 151645},
                                                                      {"<|audio_cfg|>", token_guidance},
                                                                      {"<|audio_start|>", 151669},
                                                                      {"<|audio_end|>", token_end},
                                                                      {"<|caption_start|>", 151671},
                                                                      {"<|caption_end|>", 151672},
                                                                      {"<|lyrics_start|>", 151673},
                                                                      {"<|lyrics_end|>", 151674}}};

// Where the draws begin: those of other purposes would have another name.
uint64_t seed_of_draws(uint64_t seed) {
    const auto as_bytes = [](uint64_t number, int count) {
        std::string bytes;
        for (int i = 0; i < count; ++i)
            bytes.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
        return bytes;
    };
    const std::string purpose = "ar";
    return blake2b_64(as_bytes(seed, 8) + as_bytes(purpose.size(), 4) + purpose, "minimax-ttm") & ~(uint64_t{1} << 63);
}

// How codes are drawn. Scores come in pairs: with the prompt, and without it.
struct MusicDrawing {
    double cfg;
    int64_t top_k;
    at::Generator random;

    Tensor guided(const Tensor& scores) const {
        const Tensor with = scores.narrow(0, 0, 1).to(at::kFloat), without = scores.narrow(0, 1, 1).to(at::kFloat);
        return without + (with - without) * cfg;
    }
    Tensor least_of_best(const Tensor& scores) const {
        return std::get<0>(at::topk(scores, std::min(top_k, scores.size(-1)))).slice(-1, -1);
    }
    int64_t draw(const Tensor& scores) {
        const Tensor known = scores.to(at::kCPU).nan_to_num(unthinkable, -unthinkable, unthinkable);
        const Tensor likely = at::softmax(known.masked_fill(known < least_of_best(known), beyond), -1);
        const Tensor shares = likely.nan_to_num(0.0);
        return at::multinomial(shares / shares.sum(-1, true).clamp_min(1e-12), 1, false, random).item<int64_t>();
    }
};

// [1, 1] of a number.
Tensor as_tokens(int64_t number) { return at::full({1, 1}, number, at::kLong); }

class MinimaxMusicText final : public TextModel {
public:
    explicit MinimaxMusicText(const Weights& w)
        : weights_(w), model_(w / "model", {}), decoder_(w / "model" / "audio_decoder"),
          further_codes_(w / "model" / "audio_extra_embedding") {
        const Weights model = w / "model";
        is_pruned_ = model.has_part("lm_head_pruned");
        head_ = Linear(model / (is_pruned_ ? "lm_head_pruned" : "lm_head"));
        if (model.has_part("embed_tokens_audio")) first_codes_ = Embedding(model / "embed_tokens_audio");
        if (!w.contains("tokenizer_json"))
            throw ModelError(w.origin() +
                             " lacks its tokenizer (tokenizer_json): MiniMax Music 3's text encoder brings "
                             "it in its file");
        const Tensor bytes = w["tokenizer_json"].stored().to(at::kByte).contiguous();
        tokenizer_.emplace(std::string_view(reinterpret_cast<const char*>(bytes.const_data_ptr<uint8_t>()),
                                            static_cast<std::size_t>(bytes.numel())));
        for (const auto& [mark, id] : marks_of_prompt)
            if (tokenizer_->encode(mark) != std::vector<int>{id})
                throw ModelError(w.origin() + " has a tokenizer to which " + mark + " is not " + std::to_string(id));
    }

    Condition encode(const TextRequest& request, std::optional<int>) const override {
        MusicDrawing drawing{.cfg = request.setting(music_request::cfg, usual_cfg),
                             .top_k = static_cast<int64_t>(request.setting(music_request::top_k, usual_top_k)),
                             .random = {}};
        const auto seed = request.by_encoder.find(music_request::seed);
        drawing.random =
            seeded_generator(seed_of_draws(seed == request.by_encoder.end() ? 0 : std::stoull(seed->second)));
        const auto lyrics = request.by_encoder.find(music_request::lyrics);
        const auto tokens =
            tokens_of(request.prompt, lyrics == request.by_encoder.end() ? std::string() : lyrics->second);
        const auto most =
            static_cast<int64_t>(request.setting(music_request::frames, static_cast<double>(most_music_frames)));
        Condition condition;
        condition.cross = written(tokens, std::min(most, most_music_frames), drawing).unsqueeze(0);
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(Weights(weights_.table())); }

private:
    // [2, tokens]: the prompt, and as many tokens that stand for none.
    Tensor tokens_of(const std::string& caption, const std::string& lyrics) const {
        std::string composed;
        for (const char32_t code : compose(decode_utf8(music_prompt(caption, lyrics))))
            append_utf8(composed, code);
        const std::vector<int> ids = tokenizer_->encode(composed);
        if (std::ssize(ids) > most_prompt_tokens)
            throw UserError("MiniMax Music3 prompt has " + std::to_string(ids.size()) + " tokens; maximum is " +
                            std::to_string(most_prompt_tokens));
        const Tensor prompt = at::tensor(std::vector<int64_t>(ids.begin(), ids.end()), at::kLong);
        Tensor none = prompt.clone();
        none.slice(0, 1, -2).fill_(int64_t{token_guidance});
        return at::stack({prompt, none});
    }

    // [frames, states * dim]
    Tensor written(const Tensor& tokens, int64_t most, MusicDrawing& drawing) const {
        KeyValueCache cache;
        LanguageModel::Input input{.embeddings = model_.embed(tokens), .cache = &cache};
        std::vector<Tensor> frames;
        // The first frame only begins the music.
        for (int64_t frame = 0; frame <= most; ++frame) {
            const Tensor last = model_(input, {}).last;
            const Tensor state = last.select(1, last.size(1) - 1);
            const std::optional<int64_t> first = first_code(state, drawing);
            if (!first) break;
            std::vector<Tensor> thoughts{state.narrow(0, 0, 1)};
            Tensor heard = first_vector(*first);
            follow(state, drawing, thoughts, heard);
            if (frame > 0) frames.push_back(at::cat(thoughts, -1));
            const double codes = static_cast<double>(decoder_.kinds() + 1);
            input.embeddings = (heard * std::pow(codes, -0.5)).unsqueeze(1).expand({2, -1, -1});
        }
        if (frames.empty()) throw UserError("MiniMax Music3 generated zero audio frames");
        return at::cat(frames);
    }

    // Nothing where the music ends.
    std::optional<int64_t> first_code(const Tensor& state, MusicDrawing& drawing) const {
        Tensor scores = head_(state).to(at::kFloat);
        if (!is_pruned_) {
            Tensor known = at::full_like(scores, beyond);
            const auto keep = [&](int64_t begin, int64_t count) {
                known.narrow(1, begin, count).copy_(scores.narrow(1, begin, count));
            };
            keep(first_music_code, music_codes);
            keep(token_end, 1);
            scores = known;
        }
        const Tensor with = scores.narrow(0, 0, 1);
        Tensor guided = drawing.guided(scores);
        if (!is_pruned_) guided = guided.masked_fill(with == beyond, beyond);
        const int64_t token = drawing.draw(guided.masked_fill(with < drawing.least_of_best(with), beyond));
        const int64_t end = is_pruned_ ? 0 : token_end, offset = is_pruned_ ? 1 : first_music_code;
        return token == end ? std::nullopt : std::optional(token - offset);
    }

    // [1, dim]
    Tensor first_vector(int64_t code) const {
        return (first_codes_ ? (*first_codes_)(as_tokens(code)) : model_.embed(as_tokens(code + first_music_code)))
            .select(1, 0);
    }

    // Draws the other codes of a frame: what the decoder thinks joins `thoughts`, their vectors are added to `heard`.
    void follow(const Tensor& state, MusicDrawing& drawing, std::vector<Tensor>& thoughts, Tensor& heard) const {
        Tensor sequence = at::cat({decoder_.seen(state), decoder_.seen(heard.expand({2, -1}))}, 1);
        Tensor further;
        for (std::size_t kind = 0; kind < decoder_.kinds(); ++kind) {
            const Tensor thought = decoder_(sequence);
            thoughts.push_back(thought.narrow(0, 0, 1));
            const int64_t code = drawing.draw(drawing.guided(decoder_.scores(thought, kind)));
            const int64_t place = code + static_cast<int64_t>(kind) * decoder_.codes();
            const Tensor vector = further_codes_(as_tokens(place)).select(1, 0);
            further = further.defined() ? further + vector : vector;
            sequence = at::cat({sequence, decoder_.seen(vector.expand({2, -1}))}, 1);
        }
        heard = heard + further;
    }

    Weights weights_;
    LanguageModel model_;
    DepthDecoder decoder_;
    Embedding further_codes_;
    std::optional<Embedding> first_codes_;  // nothing: they are tokens of the vocabulary
    Linear head_;
    bool is_pruned_ = false;
    std::optional<JsonBpe> tokenizer_;
};

// Takes layers apart that some files keep as one, and calls the tokens of prompts what other files do.
void separate(TensorMap& tensors) {
    constexpr std::string_view qkv = ".self_attn.qkv_proj.weight", gate_up = ".mlp.gate_up_proj.weight";
    constexpr const char* words = "model.embed_tokens_prefill.weight";
    TensorMap separated;
    for (const auto& [key, tensor] : tensors) {
        const std::string layer = key.substr(0, key.find(key.ends_with(qkv) ? qkv : gate_up));
        const auto part = [&](const char* name, int64_t first, int64_t count) {
            separated.emplace(layer + name, row_part(tensor, first, count));
        };
        if (key.ends_with(qkv)) {
            const auto out = tensors.find(layer + ".self_attn.o_proj.weight");
            const int64_t queries = out == tensors.end() ? tensor.size(0) / 3 : out->second.size(1);
            const int64_t others = (tensor.size(0) - queries) / 2;
            part(".self_attn.q_proj.weight", 0, queries);
            part(".self_attn.k_proj.weight", queries, others);
            part(".self_attn.v_proj.weight", queries + others, others);
        } else if (key.ends_with(gate_up)) {
            const int64_t half = tensor.size(0) / 2;
            part(".mlp.gate_proj.weight", 0, half);
            part(".mlp.up_proj.weight", half, half);
        } else {
            separated.emplace(key == words ? "model.embed_tokens.weight" : key, tensor);
        }
    }
    tensors = std::move(separated);
}

}  // namespace

void register_text_minimax_music(TextFamilies& families) {
    families.push_back({
        .name = "minimax_music3",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "minimax" && kinds == std::vector<std::string>{"minimax_music3"};
            },
        .build = [](const Weights& w, const TextSettings&) -> std::shared_ptr<const TextModel> {
            return std::make_shared<MinimaxMusicText>(w / "minimax_music3");
        },
        .adapt =
            [](std::vector<EncoderFile>& encoders) {
                for (EncoderFile& encoder : encoders)
                    separate(encoder.tensors);
            },
    });
}

}  // namespace easel::inference
