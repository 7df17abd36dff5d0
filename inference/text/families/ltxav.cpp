// LTX-2: the states of all layers of Gemma 3 12B, projected to the width of the network. (LTXAVTEModel)
#include "base/error.hpp"
#include "inference/models/ltxv/layers.hpp"
#include "inference/text/families/gemma.hpp"
#include "inference/text/language_text.hpp"
#include "inference/text/text_family.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace easel::inference {
namespace {

constexpr double eps = 1e-6;

LanguageTextParts gemma3_12b(const Weights& w) {
    LanguageTextParts parts = gemma3_parts(w);
    parts.reading.name = "gemma3_12b";
    parts.reading.min_length = 1024;
    parts.reading.pads_left = true;
    parts.reading.wanted.layer.reset();
    parts.reading.wanted.taps.resize(static_cast<std::size_t>(w.count("model.layers") + 1));
    std::iota(parts.reading.wanted.taps.begin(), parts.reading.wanted.taps.end(), 0);
    parts.chat.stops = {106};
    return parts;
}

void require_eyes(const LanguageText& text, const TextRequest& request) {
    if (!request.images.empty() && !text.sees_pictures())
        throw UserError("this file of Gemma 3 12B holds no vision model and cannot look at pictures: take one that "
                        "does, or disconnect the image");
}

// Gemma 3 12B writes behind the padding that it is read with, as in the reference, whose tokenizer knows no other way.
TextRequest padded(const TextRequest& request) {
    TextRequest result = request;
    result.settings.erase("min_length");
    return result;
}

// The projection of states [1, layers, tokens, dim] as [1, tokens, width].
class Projection {
public:
    explicit Projection(const Weights& w) {
        if (w.contains("video_aggregate_embed.weight")) {
            video_ = Linear(w / "video_aggregate_embed");
            sound_ = Linear(w / "audio_aggregate_embed");
        } else {
            both_ = w.contains("aggregate_embed.weight") ? Linear(w / "aggregate_embed") : Linear(w);
        }
    }

    Tensor operator()(const Tensor& states) const {
        const Tensor x = states.movedim(1, -1);  // [1, tokens, dim, layers]
        const auto dim = static_cast<double>(x.size(2));
        if (both_.weight) {
            const std::vector<int64_t> all{1, 2};
            const Tensor spread = x.amax(all, true) - x.amin(all, true);
            return both_((8.0 * (x - x.mean(all, true)) / (spread + eps)).flatten(2));
        }
        const Tensor normal = (x * at::rsqrt(x.square().mean({2}, true) + eps)).flatten(2);
        const auto projected = [&](const Linear& linear) {
            return linear(normal * std::sqrt(static_cast<double>(linear.out_features()) / dim));
        };
        return at::cat({projected(video_), projected(sound_)}, -1);
    }

private:
    Linear both_, video_, sound_;
};

// The connectors of the first release, which belonged to the text encoder.
struct Connectors {
    ltxv::Connector video, sound;

    static std::optional<Connectors> of(const Weights& w) {
        constexpr int64_t width = 3840, heads = 30;
        const Weights sound = w / "audio_embeddings_connector", blocks = sound / "transformer_1d_blocks";
        const Weight bias = blocks.maybe("0.attn1.to_q.bias");
        if (!bias || bias.size(0) != width || blocks.has_part("2")) return std::nullopt;
        return Connectors{.video = {w / "video_embeddings_connector", heads, ltxv::RopePairs::halves},
                          .sound = {sound, heads, ltxv::RopePairs::halves}};
    }
};

Weights projection_part(const Weights& w) {
    constexpr const char* name = "text_embedding_projection";
    for (const char* file : {"ltxav_projection", "gemma3_12b"})
        if ((w / file).has_part(name)) return w / file / name;
    throw ModelError(w.origin() + " comes without the text_embedding_projection of an LTX-2 checkpoint");
}

class LtxAvText final : public LanguageText {
public:
    LtxAvText(const Weights& w, const TextSettings& settings)
        : LanguageText(w / "gemma3_12b", gemma3_12b(w / "gemma3_12b"), settings), projection_(projection_part(w)),
          connectors_(Connectors::of(w / "ltxav_projection")) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        require_eyes(*this, request);
        Condition condition = LanguageText::encode(request, stop_layer);
        const int64_t tokens = condition.attention_mask->sum().item<int64_t>();
        condition.attention_mask.reset();
        const Tensor text = projection_(condition.cross.slice(2, -tokens));
        if (connectors_) {
            condition.cross = at::cat({connectors_->video(text), connectors_->sound(text)}, -1).to(at::kFloat);
        } else {
            condition.cross = text.to(at::kFloat);
            condition.extra["unprocessed_ltxav_embeds"] = at::scalar_tensor(1.0);
        }
        return condition;
    }

    std::string generate(const TextRequest& request, const TextGeneration& generation) const override {
        require_eyes(*this, request);
        return LanguageText::generate(request, generation);
    }

protected:
    Prompt read(const TextRequest& request) const override { return LanguageText::read(padded(request)); }

private:
    Projection projection_;
    std::optional<Connectors> connectors_;
};

// The language model alone, for writing.
class Gemma3Text final : public LanguageText {
public:
    Gemma3Text(const Weights& w, const TextSettings& settings) : LanguageText(w, gemma3_12b(w), settings) {}

    std::string generate(const TextRequest& request, const TextGeneration& generation) const override {
        require_eyes(*this, request);
        return LanguageText::generate(request, generation);
    }

protected:
    Prompt read(const TextRequest& request) const override { return LanguageText::read(padded(request)); }
};

}  // namespace

void register_text_ltxav(TextFamilies& families) {
    families.push_back({
        .name = "ltxav",
        .matches =
            [](std::string_view type, const std::vector<std::string>& kinds) {
                return type == "ltxv" && kinds.size() == 2 && std::ranges::count(kinds, "gemma3_12b") == 1;
            },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<LtxAvText>(w, settings);
        },
    });
    families.push_back({
        .name = "gemma3_12b",
        .matches = [](std::string_view,
                      const std::vector<std::string>& kinds) { return kinds.size() == 1 && kinds[0] == "gemma3_12b"; },
        .build = [](const Weights& w, const TextSettings& settings) -> std::shared_ptr<const TextModel> {
            return std::make_shared<Gemma3Text>(w / "gemma3_12b", settings);
        },
    });
}

}  // namespace easel::inference
