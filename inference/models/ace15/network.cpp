#include "inference/models/ace15/network.hpp"

#include "base/error.hpp"
#include "inference/layers/timestep_embedding.hpp"

namespace easel::inference::ace15 {
namespace {

// How the plan of a piece is found, as an input of the network by these names (a number).
constexpr const char* plan_name = "plan";
enum Plan : int64_t { from_timbre_tokens, from_timbre_itself, from_codes };
constexpr const char* says_nothing_name = "says_nothing";

std::vector<DecoderLayer> layers(const Weights& w) {
    constexpr int64_t window = 128;
    std::vector<DecoderLayer> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i, i % 2 == 0 ? std::make_optional(window) : std::nullopt);
    return result;
}

}  // namespace

TimeEmbedder::Embedded TimeEmbedder::operator()(const Tensor& value, at::ScalarType dtype) const {
    constexpr int64_t frequencies = 256;
    constexpr double scale = 1000.0;
    const Tensor time = out(at::silu(in(timestep_embedding(value * scale, frequencies).to(dtype))));
    return {.time = time, .modulation = project(at::silu(time)).unflatten(1, {6, -1})};
}

Network::Network(const Weights& w)
    : weights_(w), text_in_(w / "encoder" / "text_projector"),
      lyrics_in_(w / "encoder" / "lyric_encoder" / "embed_tokens"),
      timbre_in_(w / "encoder" / "timbre_encoder" / "embed_tokens"), prompt_in_(w / "decoder" / "condition_embedder"),
      lyrics_(w / "encoder" / "lyric_encoder"), timbre_(w / "encoder" / "timbre_encoder"), tokenizer_(w / "tokenizer"),
      detokenizer_(w / "detokenizer"), nothing_(w["null_condition_emb"]),
      patches_in_(w / "decoder" / "proj_in" / 1, w["decoder.proj_in.1.weight"].size(2), 0, 1),
      patches_out_(w / "decoder" / "proj_out" / 1, w["decoder.proj_out.1.weight"].size(2), 0),
      time_(w / "decoder" / "time_embed"), time_step_(w / "decoder" / "time_embed_r"),
      layers_(layers(w / "decoder" / "layers")), norm_out_(w / "decoder" / "norm_out", eps),
      final_table_(w["decoder.scale_shift_table"]), patch_(patches_in_.stride) {}

void Network::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.cross.defined() && condition.cross.count_nonzero().item<int64_t>() == 0)
        input.extra[says_nothing_name] = at::scalar_tensor(1.0);
    const auto given = [&](const char* name) -> const Tensor* {
        const auto found = condition.extra.find(name);
        return found == condition.extra.end() ? nullptr : &found->second;
    };
    if (const Tensor* lyrics = given(lyrics_name)) input.extra[lyrics_name] = *lyrics;

    const int64_t moments = target.shape[2];
    Tensor timbre = silence(moments);
    Plan plan = from_timbre_itself;
    if (const Tensor* other = given(timbre_name)) {
        timbre = other->slice(2, 0, moments);
        plan = from_timbre_tokens;
    } else if (const Tensor* codes = given(codes_name)) {
        constexpr int64_t heard = 750;  // half a minute
        input.extra[codes_name] = *codes;
        timbre = timbre.slice(2, 0, heard);
        plan = from_codes;
    }
    if (timbre.size(2) < moments)
        timbre = at::cat({timbre, silence(moments).slice(2, timbre.size(2)).to(timbre.device())}, 2);
    input.extra[timbre_name] = timbre;
    input.extra[plan_name] = at::scalar_tensor(plan, at::kLong);
}

// Lyrics, timbre and caption, one after the other: [batch, tokens, dim].
Tensor Network::prompt_of(const NetworkInput& input, const Tensor& timbre) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor lyrics = lyrics_(lyrics_in_(input.find(lyrics_name).to(dtype)));
    const Tensor heard = timbre_(timbre_in_(timbre)).select(1, 0);  // [batch, dim]
    // The reference packs the timbres of a batch as one piece's, so that only the first member hears any.
    Tensor timbres = at::zeros({heard.size(0), heard.size(0), heard.size(1)}, heard.options());
    timbres[0].copy_(heard);
    const Tensor prompt = at::cat({lyrics, timbres, text_in_(input.context.to(dtype))}, 1);
    return input.find(says_nothing_name).defined() ? nothing_.like(prompt).expand_as(prompt) : prompt;
}

// What the music is to follow, [batch, moments, channels].
Tensor Network::plan_of(const NetworkInput& input, const Tensor& timbre) const {
    const int64_t moments = input.x.size(2), plan = input.find(plan_name).item<int64_t>();
    if (plan == from_timbre_itself) return timbre;
    if (plan == from_timbre_tokens) return detokenizer_(tokenizer_(timbre)).slice(1, 0, moments);
    Tensor codes = input.find(codes_name);
    const int64_t wanted = (moments + moments_per_code - 1) / moments_per_code;
    if (codes.size(1) < wanted) codes = at::constant_pad_nd(codes, {0, wanted - codes.size(1)}, silent_code);
    const Tensor hints = tokenizer_.codes().vectors(codes, timbre.scalar_type());
    return detokenizer_(hints).slice(1, 0, moments);
}

Tensor Network::decoded(const NetworkInput& input, const Tensor& prompt, const Tensor& plan) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const TimeEmbedder::Embedded at_time = time_(input.timestep, dtype);
    const TimeEmbedder::Embedded step = time_step_(at::zeros_like(input.timestep), dtype);
    const Tensor time = at_time.time + step.time, modulation = at_time.modulation + step.modulation;

    const Tensor music = input.x.transpose(1, 2).to(dtype);
    Tensor x = at::cat({plan, at::ones_like(music), music}, -1);  // all of it is to be made
    const int64_t moments = x.size(1), rest = moments % patch_;
    if (rest != 0) x = at::constant_pad_nd(x, {0, 0, 0, patch_ - rest});
    x = patches_in_(x.transpose(1, 2)).transpose(1, 2);
    const Tensor context = prompt_in_(prompt);
    const Rope places = places_of(x.size(1), x.device());
    for (const DecoderLayer& layer : layers_)
        x = layer(x, modulation, context, places);
    const std::vector<Tensor> last = (final_table_.like(x) + time.unsqueeze(1)).chunk(2, 1);  // shift, scale
    x = norm_out_(x) * (1.0 + last[1]) + last[0];
    return patches_out_(x.transpose(1, 2)).slice(2, 0, moments).to(at::kFloat).contiguous();
}

Tensor Network::predict(const NetworkInput& input) const {
    if (!input.context.defined() || !input.find(lyrics_name).defined())
        throw UserError("the conditioning holds no caption and lyrics: encode them with TextEncodeAceStepAudio1.5");
    const Tensor timbre = input.find(timbre_name).transpose(1, 2).to(weights_.compute_dtype());
    return decoded(input, prompt_of(input, timbre), plan_of(input, timbre));
}

std::size_t Network::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections, and the feed forward network, three times as wide twice over: about sixteen tensors.
    return static_cast<std::size_t>(latent[0] * latent.back() / patch_ * prompt_in_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::ace15
