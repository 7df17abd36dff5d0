#include "inference/models/ltxv/ltxav.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>

namespace easel::inference::ltxv {
namespace {

// Rows of the tables by which pictures and sound look at each other.
enum CrossRow : int64_t { to_video_scale, to_video_shift, to_sound_scale, to_sound_shift, gate };

std::optional<TimeEmbedder> maybe_embedder(const Weights& w) {
    return w.empty() ? std::nullopt : std::make_optional<TimeEmbedder>(w);
}

std::optional<TextProjection> maybe_projection(const Weights& w) {
    return w.empty() ? std::nullopt : std::make_optional<TextProjection>(w);
}

// Attention among the tokens of one stream, where a patch puts something else in its place.
AttentionCore replaced(const AttentionReplacement& replacement, const PatchPlace& place) {
    return [&replacement, place](const Tensor& q, const Tensor& k, const Tensor& v) {
        return split_heads(replacement(merge_heads(q), merge_heads(k), merge_heads(v), place), q.size(1));
    };
}

}  // namespace

AvBlock::AvBlock(const Weights& w, const Config& config)
    : video(w, "", config.heads), sound(w, "audio_", config.audio_heads),
      sound_to_video(w / "audio_to_video_attn", config.audio_heads),
      video_to_sound(w / "video_to_audio_attn", config.audio_heads), video_table(w["scale_shift_table_a2v_ca_video"]),
      sound_table(w["scale_shift_table_a2v_ca_audio"]) {}

// What pictures and sound read when they look at each other.
struct LtxAv::Crossing {
    Rotation video_places, sound_places;
    TimeValues video, sound, to_video_gate, to_sound_gate;

    // `x` normalised, scaled and shifted for one direction.
    static Tensor seen(const Tensor& normal, const TimeValues& time, const Weight& table, CrossRow scale,
                       CrossRow shift) {
        const Tensor& offsets = table.like(normal);
        return modulate(normal, time.of(scale, offsets[scale]), time.of(shift, offsets[shift]));
    }

    void run(const AvBlock& block, Tensor& pictures, Tensor& noises) const {
        const Tensor normal = normalised(noises);
        const Tensor heard =
            block.sound_to_video(seen(normalised(pictures), video, block.video_table, to_video_scale, to_video_shift),
                                 seen(normal, sound, block.sound_table, to_video_scale, to_video_shift),
                                 {.queries = &video_places, .keys = &sound_places}, Tensor());
        pictures = pictures + heard * to_video_gate.of(0, block.video_table.like(pictures)[gate]);
        const Tensor watched =
            block.video_to_sound(seen(normal, sound, block.sound_table, to_sound_scale, to_sound_shift),
                                 seen(normalised(pictures), video, block.video_table, to_sound_scale, to_sound_shift),
                                 {.queries = &sound_places, .keys = &video_places}, Tensor());
        noises = noises + watched * to_sound_gate.of(0, block.sound_table.like(noises)[gate]);
    }
};

LtxAv::LtxAv(const Weights& w)
    : weights_(w), config_(w), video_(w, config_), sound_(w), video_time_(w / "adaln_single"),
      sound_time_(w / "audio_adaln_single"), video_prompt_time_(maybe_embedder(w / "prompt_adaln_single")),
      sound_prompt_time_(maybe_embedder(w / "audio_prompt_adaln_single")),
      video_cross_time_(w / "av_ca_video_scale_shift_adaln_single"),
      sound_cross_time_(w / "av_ca_audio_scale_shift_adaln_single"),
      to_video_gate_time_(w / "av_ca_a2v_gate_adaln_single"), to_sound_gate_time_(w / "av_ca_v2a_gate_adaln_single"),
      video_caption_(maybe_projection(w / "caption_projection")),
      sound_caption_(maybe_projection(w / "audio_caption_projection")),
      video_connector_(w / "video_embeddings_connector", config_.connector_heads, config_.connector_pairs),
      sound_connector_(w / "audio_embeddings_connector", config_.audio_connector_heads, config_.connector_pairs),
      blocks_(blocks_of<AvBlock>(w / "transformer_blocks", config_)) {}

Tensor LtxAv::connected(const Tensor& prompt, bool is_raw) const {
    const int64_t width = prompt.size(-1), both = config_.context_dim + config_.audio_context_dim;
    if (!is_raw && (width == both || width == 2 * config_.caption_dim)) return prompt;
    const Tensor text = prompt.to(weights_.device(), weights_.compute_dtype());
    Tensor for_video = text, for_sound = text;
    if (width == both) {
        for_video = text.slice(-1, 0, config_.context_dim);
        for_sound = text.slice(-1, config_.context_dim);
    }
    if (config_.projects_before_connector && video_caption_ && sound_caption_) {
        for_video = (*video_caption_)(for_video);
        for_sound = (*sound_caption_)(for_sound);
    }
    return at::cat({video_connector_(for_video), sound_connector_(for_sound)}, -1);
}

LtxAv::Prompt LtxAv::parts_of(const Tensor& context) const {
    const bool projects = !config_.projects_before_connector && video_caption_ && sound_caption_;
    const int64_t of_video = projects ? video_caption_->in.in_features() : video_.dim();
    const int64_t of_sound = projects ? sound_caption_->in.in_features() : sound_.dim();
    if (context.size(-1) != of_video + of_sound)
        throw UserError("the conditioning is " + std::to_string(context.size(-1)) + " wide, this model reads " +
                        std::to_string(of_video + of_sound) +
                        ": encode the prompt with the text encoder that belongs to it (LTXAVTextEncoderLoader)");
    const Tensor text = context.to(weights_.compute_dtype());
    const Tensor for_video = text.slice(-1, 0, of_video), for_sound = text.slice(-1, of_video);
    if (!projects) return {.video = for_video, .sound = for_sound};
    return {.video = (*video_caption_)(for_video), .sound = (*sound_caption_)(for_sound)};
}

void LtxAv::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    const bool is_raw = condition.extra.contains(raw_prompt_name);
    if (condition.cross.defined()) input.context = connected(condition.cross, is_raw);
    input.context_repeats = false;
    if (condition.attention_mask) input.attention_mask = *condition.attention_mask;
    const std::optional<Tensor>& mask = mask_of(condition, target);
    std::vector<Tensor> masks{Tensor()};
    if (mask) masks = unpack_streams(*mask, target.streams);
    set_video_inputs(input, condition, masks.front());
    if (masks.size() > 1) input.extra[sound_mask_name] = masks[1];
    if (const auto reference = condition.extra.find(reference_sound_name); reference != condition.extra.end())
        input.extra[reference_sound_name] = reference->second;
    if (target.streams.empty()) return;
    auto shapes = std::make_shared<Shapes>();
    shapes->shapes = target.streams;
    input.attached[shapes_name] = std::move(shapes);
}

LtxAv::Crossing LtxAv::crossing(const VideoTokens& video, const SoundTokens& sound) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    PositionConfig positions = config_.positions;
    positions.at_middle = true;
    const std::vector<double> longest{std::max(config_.longest[0], config_.longest_audio[0])};
    const auto places = [&](const Tensor& spans) {
        return rotation_of(spans.slice(1, 0, 1), config_.audio_context_dim, config_.audio_heads, longest, positions);
    };
    const double scale = config_.time_scale;
    const auto at_latest = [](const TokenTimes& times) { return TokenTimes::of(times.values.max().view({1})); };
    // Gates see the other side's latest time, brought to their own scale.
    const double gate_scale = scale * (config_.cross_gate_time_scale / scale);
    return {.video_places = places(video.spans),
            .sound_places = places(sound.spans),
            .video = video_cross_time_(video.times, scale, dtype).modulation,
            .sound = sound_cross_time_(sound.times, scale, dtype).modulation,
            .to_video_gate = to_video_gate_time_(at_latest(sound.times), gate_scale, dtype).modulation,
            .to_sound_gate = to_sound_gate_time_(at_latest(video.times), gate_scale, dtype).modulation};
}

Tensor LtxAv::predict(const NetworkInput& input) const {
    require_text(input);
    const at::ScalarType dtype = weights_.compute_dtype();
    StreamShapes shapes;
    if (const auto told = input.attached.find(shapes_name); told != input.attached.end())
        shapes = dynamic_cast<const Shapes&>(*told->second).shapes;
    const std::vector<Tensor> latents = unpack_streams(input.x, shapes);
    const Prompt prompt = parts_of(input.context);
    const double scale = config_.time_scale;

    const VideoTokens video = video_.enter(latents[0], input);
    const TimeEmbedder::Embedded video_time = video_time_(video.times, scale, dtype);
    const Rotation video_places =
        rotation_of(video.spans, video_.dim(), config_.heads, config_.longest, config_.positions);
    StreamInputs of_video{.modulation = video_time.modulation,
                          .prompt_modulation = {},
                          .time = video_time.time,
                          .text = prompt.video,
                          .text_mask = added_mask(input.attention_mask, dtype),
                          .places = video_places,
                          .normalises_before_text = true};
    if (video_prompt_time_)
        of_video.prompt_modulation = (*video_prompt_time_)(video.times.latest(), scale, dtype).modulation;
    if (video.guide_attention) of_video.core = *video.guide_attention;
    if (latents.size() < 2) {
        Tensor x = video.x;
        for (const AvBlock& block : blocks_)
            for (const auto part : {with_self_attention, with_text, with_feed_forward})
                x = part(block.video, x, of_video);
        return video_.leave(x, of_video.time, video);
    }

    const SoundTokens sound = sound_.enter(latents[1], input);
    const TimeEmbedder::Embedded sound_time = sound_time_(sound.times, scale, dtype);
    const Rotation sound_places =
        rotation_of(sound.spans, sound_.dim(), config_.audio_heads, config_.longest_audio, config_.positions);
    StreamInputs of_sound{.modulation = sound_time.modulation,
                          .prompt_modulation = {},
                          .time = sound_time.time,
                          .text = prompt.sound,
                          .text_mask = of_video.text_mask,
                          .places = sound_places,
                          .normalises_before_text = true};
    if (sound_prompt_time_)
        of_sound.prompt_modulation = (*sound_prompt_time_)(sound.times.latest(), scale, dtype).modulation;
    const Crossing between = crossing(video, sound);
    const bool is_severed = input.find(severed_name).defined();

    Streams streams{.image = video.x, .text = sound.x};
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const easel::inference::Block place{BlockKind::double_stream, static_cast<int64_t>(i)};
        run_block(input, place, streams, [&](Streams& stream) {
            const AvBlock& block = blocks_[i];
            StreamInputs video_inputs = of_video, sound_inputs = of_sound;
            const PatchPlace patched{.input = input, .block = place};
            if (const auto* own = find_replacement(patches_of(input).self_replacement, patched))
                video_inputs.core = sound_inputs.core = replaced(*own, patched);
            stream.image =
                with_text(block.video, with_self_attention(block.video, stream.image, video_inputs), of_video);
            stream.text = with_text(block.sound, with_self_attention(block.sound, stream.text, sound_inputs), of_sound);
            if (!is_severed) between.run(block, stream.image, stream.text);
            stream.image = with_feed_forward(block.video, stream.image, of_video);
            stream.text = with_feed_forward(block.sound, stream.text, of_sound);
        });
    }
    return pack_streams(
        {video_.leave(streams.image, of_video.time, video), sound_.leave(streams.text, of_sound.time, sound)});
}

std::size_t LtxAv::activation_bytes(at::IntArrayRef latent) const {
    // Of the video's tokens, 128 values each, which are the most: the stream, its projections and the feed forward
    // network, four times as wide.
    constexpr int64_t values_per_token = 128;
    const int64_t tokens = c10::multiply_integers(latent.slice(1)) / values_per_token;
    return static_cast<std::size_t>(latent[0] * tokens * video_.dim() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::ltxv
