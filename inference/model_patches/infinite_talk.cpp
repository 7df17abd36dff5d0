#include "inference/model_patches/infinite_talk.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/models/wan/trunk.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace easel::inference {
namespace {

constexpr int64_t talk_head = 128;
// Where speakers are on a line of 24 places: the first at its beginning, the second at its end.
constexpr double first_begin = 0.0, first_end = 4.0, second_begin = 20.0, second_end = 24.0;

// Moments `first` to `last` with two before and two behind each: [moments, 5, layers, dim].
Tensor windows(const Tensor& speaker, int64_t first, int64_t last) {
    constexpr int64_t reach = 2;
    const int64_t missing = last - speaker.size(0);
    const Tensor heard = missing > 0 ? at::cat({speaker, speaker.slice(0, 0, 1).expand({missing, -1, -1})}) : speaker;
    const Tensor index = at::arange(first, last, at::kLong).unsqueeze(1) + at::arange(-reach, reach + 1, at::kLong);
    return heard.index_select(0, index.clamp(0, heard.size(0) - 1).flatten())
        .unflatten(0, {last - first, 2 * reach + 1});
}

// Turns the pairs of [1, heads, tokens, 128] by places on the line.
Tensor turned(const Tensor& x, const Tensor& places) {
    constexpr double theta = 10000.0;
    return rotate_pairs(x, rope_table(places.unsqueeze(1), {talk_head}, theta));
}

// How much the video's tokens look at each speaker in the first frame, as places on the line: [batch, tokens].
Tensor speaker_places(const Tensor& queries, const Tensor& keys, const Tensor& masks, int64_t of_frame) {
    const Tensor first = keys.narrow(2, 0, of_frame);
    std::vector<Tensor> looks;  // [batch, tokens] for each speaker
    const double scale = 1.0 / std::sqrt(static_cast<double>(talk_head));
    for (int64_t i = 0; i < masks.size(0); ++i)
        looks.push_back(at::zeros({queries.size(0), queries.size(2)}, queries.options()));
    constexpr int64_t tokens_at_once = 4096;
    for (int64_t begin = 0; begin < queries.size(2); begin += tokens_at_once) {
        const Tensor some = queries.slice(2, begin, begin + tokens_at_once);
        const Tensor seen = at::softmax(at::matmul(some * scale, first.transpose(2, 3)), -1);
        for (std::size_t i = 0; i < looks.size(); ++i) {
            const Tensor mask = masks[static_cast<int64_t>(i)].to(seen.options());
            const Tensor part = at::matmul(seen, mask).mean(1) / (mask.sum() + 1e-8);
            looks[i].narrow(1, begin, part.size(1)).copy_(part);
        }
    }
    const auto on_line = [](const Tensor& look, double begin, double end) {
        const Tensor least = look.amin(1, true), most = look.amax(1, true);
        return (look - least) / (most - least + 1e-8) * (end - begin) + begin;
    };
    return at::where(looks[1].gt(looks[0]), on_line(looks[1], second_begin, second_end),
                     on_line(looks[0], first_begin, first_end))
        .to(at::kFloat);
}

// In the blocks of one run.
class Listener final : public wan::BlockGuest {
public:
    Listener(std::shared_ptr<const InfiniteTalk> network, Talk talk)
        : network_(std::move(network)), talk_(std::move(talk)) {}

    bool looks() const override { return talk_.masks.defined(); }

    void look_at(int64_t, const Tensor& queries, const Tensor& keys, const wan::CellBox& cells) const override {
        const int64_t of_frame = cells.rows * cells.columns;
        if (talk_.masks.size(1) != of_frame) throw UserError("the video has another size than the speakers' masks");
        places_ = speaker_places(queries, keys, talk_.masks, of_frame);
    }

    Tensor after_cross(int64_t block, const Tensor& x, const wan::CellBox& cells) const override {
        if (block >= network_->blocks()) return x;
        if (x.size(1) != cells.tokens() || cells.frames != talk_.speech.size(0))
            throw UserError("InfiniteTalk is for videos of the length that its node was given, without references");
        return x + network_->heard(block, x, talk_.speech, places_) * talk_.strength;
    }

private:
    std::shared_ptr<const InfiniteTalk> network_;
    Talk talk_;
    mutable Tensor places_;
};

Tensor beginning_with(const Tensor& video, const Tensor& first) {
    const int64_t count = std::min(first.size(2), video.size(2));
    const Tensor known = first.narrow(2, 0, count).to(video.options()).expand({video.size(0), -1, -1, -1, -1});
    return at::cat({known, video.slice(2, count)}, 2);
}

}  // namespace

InfiniteTalk::Block::Block(const Weights& w)
    : norm(w / "norm_x"), q(w / "audio_cross_attn" / "q_linear"), kv(w / "audio_cross_attn" / "kv_linear"),
      out(w / "audio_cross_attn" / "proj") {}

InfiniteTalk::InfiniteTalk(const Weights& w)
    : weights_(w), first_in_(w / "audio_proj" / "proj1"), later_in_(w / "audio_proj" / "proj1_vf"),
      hidden_(w / "audio_proj" / "proj2"), out_(w / "audio_proj" / "proj3"), norm_(w / "audio_proj" / "norm") {
    blocks_ = blocks_of<Block>(w / "blocks");
    if (blocks_.empty()) throw ModelError(w.origin() + " has no blocks");
}

Tensor InfiniteTalk::speech_tokens(const std::vector<Tensor>& speakers, int64_t first, int64_t frames) const {
    weights_.table()->use(nullptr);
    constexpr int64_t frames_together = 4, middle = 2;
    std::vector<Tensor> all;
    for (const Tensor& speaker : speakers) {
        const Tensor heard = windows(speaker, first, first + frames).to(weights_.device(), weights_.compute_dtype());
        const Tensor groups = heard.slice(0, 1).unflatten(0, {-1, frames_together});  // [n, 4, 5, layers, dim]
        // What is before the first of four frames, at those between, and behind the last.
        const Tensor around = at::cat({groups.select(1, 0).slice(1, 0, middle + 1),
                                       groups.slice(1, 1, frames_together - 1).select(2, middle),
                                       groups.select(1, frames_together - 1).slice(1, middle)},
                                      1);
        const Tensor seen =
            at::cat({at::relu(first_in_(heard.slice(0, 0, 1).flatten(1))), at::relu(later_in_(around.flatten(1)))});
        const Tensor tokens = out_(at::relu(hidden_(seen)));
        all.push_back(norm_(tokens.unflatten(1, {-1, norm_.weight.size(0)})));
    }
    return at::cat(all, 1);
}

Tensor InfiniteTalk::heard(int64_t block, const Tensor& x, const Tensor& speech, const Tensor& places) const {
    weights_.table()->use(nullptr);
    const Block& own = blocks_[static_cast<std::size_t>(block)];
    const int64_t heads = own.q.out_features() / talk_head, frames = speech.size(0), batch = x.size(0);
    const auto by_frames = [&](const Tensor& all) {  // [1, heads, frames * n, 128] -> [frames, heads, n, 128]
        return all.squeeze(0).unflatten(1, {frames, -1}).transpose(0, 1);
    };
    const Tensor q = own.q(own.norm(x));
    const auto kv = own.kv(speech.to(x.options())).chunk(2, 2);  // [frames, tokens, dim]
    const Tensor k = split_heads(kv[0].flatten(0, 1).unsqueeze(0), heads);
    const Tensor v = by_frames(split_heads(kv[1].flatten(0, 1).unsqueeze(0), heads));
    Tensor k_places;
    if (places.defined()) {
        const int64_t half = speech.size(1) / 2;
        const Tensor of_frame = at::cat({at::full({half}, (first_begin + first_end) / 2.0),
                                         at::full({speech.size(1) - half}, (second_begin + second_end) / 2.0)});
        k_places = of_frame.repeat({frames}).to(x.device());
    }
    std::vector<Tensor> result;
    for (int64_t i = 0; i < batch; ++i) {
        Tensor asking = split_heads(q.narrow(0, i, 1), heads);
        if (places.defined()) asking = turned(asking, places[i]);
        const Tensor seen = attention(by_frames(asking), by_frames(places.defined() ? turned(k, k_places) : k), v);
        result.push_back(merge_heads(seen).flatten(0, 1));
    }
    return own.out(at::stack(result));
}

Model with_talk(const Model& model, std::shared_ptr<const InfiniteTalk> network, Talk talk) {
    const Weights of_model(model.weights());
    const Weight head = of_model.maybe("head.modulation");
    if (!head || head.size(2) != network->width())
        throw UserError("this InfiniteTalk patch is for a Wan model of width " + std::to_string(network->width()));
    const Tensor first = talk.first_latents, in_model = model.latent_format().to_model(first);
    const bool keeps_first = talk.keeps_first;
    const auto listener = std::make_shared<const Listener>(std::move(network), std::move(talk));
    return with_changed_options(model, [&](ModelOptions& options) {
        options.around_evaluation.push_back(
            [in_model](const Sides& sides, const Tensor& x, float sigma, const ModelOptions::Evaluate& next) {
                return next(sides, beginning_with(x, in_model), sigma);
            });
        options.around_network.push_back([listener](const NetworkInput& input, const ModelOptions::Network& next) {
            NetworkInput seen = input;
            seen.attached.insert_or_assign(std::string(wan::BlockGuest::name), listener);
            return next(seen);
        });
        if (keeps_first)
            options.on_result.push_back([first](const Tensor& samples) { return beginning_with(samples, first); });
    });
}

}  // namespace easel::inference
