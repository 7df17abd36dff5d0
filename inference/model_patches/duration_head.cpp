#include "inference/model_patches/duration_head.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/models/ltxv/ltxav.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace easel::inference {
namespace {

constexpr int64_t pooling_heads = 4;

Linear attention_in(const Weights& w) {
    Linear layer;
    layer.weight = w["in_proj_weight"];
    layer.bias = w["in_proj_bias"];
    return layer;
}

}  // namespace

TensorMap duration_head_tensors(const TensorMap& tensors) {
    constexpr std::string_view mark = "attention_pooler.query_tokens";
    for (const std::string_view prefix : {"model.diffusion_model.duration_head.", "duration_head.", ""})
        if (tensors.contains(std::string(prefix) + std::string(mark))) {
            TensorMap found;
            for (const auto& [key, tensor] : tensors)
                if (key.starts_with(prefix)) found.emplace(key.substr(prefix.size()), tensor.to(at::kFloat));
            return found;
        }
    return {};
}

DurationHead::DurationHead(const Weights& w)
    : weights_(w), video_in_(w / "video_input_proj"), sound_in_(w / "audio_input_proj"),
      qkv_(attention_in(w / "attention_pooler" / "cross_attn")),
      out_(w / "attention_pooler" / "cross_attn" / "out_proj"), hidden_(w / "mlp_hidden"), last_(w / "mlp_out"),
      video_mark_(w["video_modality_emb"]), sound_mark_(w["audio_modality_emb"]),
      queries_(w["attention_pooler.query_tokens"]) {}

double DurationHead::operator()(const Tensor& video, const Tensor& sound) const {
    if (video.size(-1) != video_in_.in_features() || sound.size(-1) != sound_in_.in_features())
        throw UserError("the duration head is for another model: it reads prompts of " +
                        std::to_string(video_in_.in_features()) + " and " + std::to_string(sound_in_.in_features()) +
                        " numbers a token, these have " + std::to_string(video.size(-1)) + " and " +
                        std::to_string(sound.size(-1)));
    weights_.table()->use(nullptr);
    const Tensor tokens =
        at::cat({video_in_(video) + video_mark_.like(video), sound_in_(sound) + sound_mark_.like(sound)}, 1);
    // Learned queries pool the tokens. One product makes queries, keys and values.
    const int64_t dim = tokens.size(-1);
    const Tensor query = qkv_(queries_.like(tokens).unsqueeze(0)).slice(-1, 0, dim), rest = qkv_(tokens);
    const Tensor pooled =
        out_(attention(query, rest.slice(-1, dim, 2 * dim), rest.slice(-1, 2 * dim), pooling_heads)).flatten(1);
    return last_(at::gelu(hidden_(pooled), "tanh")).exp().item<double>();
}

double shot_seconds(const Model& model, const DurationHead& head, const Condition& condition) {
    const auto* network = dynamic_cast<const ltxv::LtxAv*>(&model.network());
    if (network == nullptr) throw UserError("the duration head needs an LTX-2 model, with pictures and sound");
    if (!condition.cross.defined()) throw UserError("the conditioning holds no text, which the duration head reads");
    model.weights()->use(model.patches());
    const Tensor prompt =
        network->connected(condition.cross.slice(0, 0, 1), condition.extra.contains(ltxv::raw_prompt_name));
    const int64_t of_video = network->prompt_width();
    const Tensor tokens = prompt.to(at::kFloat);
    return head(tokens.slice(-1, 0, of_video), tokens.slice(-1, of_video));
}

int64_t shot_frames(double seconds, const ShotLimits& limits) {
    constexpr int64_t together = 8;
    const auto frames_of = [&](double time) { return std::llrint(time * limits.frame_rate); };
    const int64_t least = std::max<int64_t>(1, frames_of(limits.least_seconds)), most = frames_of(limits.most_seconds);
    const int64_t wanted = std::max<int64_t>(least, std::min<int64_t>(frames_of(seconds), most));
    const int64_t frames = (wanted - 1) / together * together + 1;
    if (frames >= least) return frames;
    return std::min<int64_t>((least - 1 + together - 1) / together * together + 1, most);
}

}  // namespace easel::inference
