#include "inference/models/minimax_h3/minimax_h3.hpp"

#include "base/error.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/sampling/stream_flow.hpp"

#include <ATen/ops/lerp.h>

#include <algorithm>
#include <memory>
#include <string>

namespace easel::inference::minimax_h3 {
namespace {

constexpr std::string_view plan_name = "minimax_plan";
// What a handle says of the schedules, as numbers among the inputs.
constexpr std::string_view video_shift_name = "minimax_shift_video", sound_shift_name = "minimax_shift_sound";
constexpr double most_time = 1000.0;  // of the network's input, at pure noise

template <class Layer>
std::vector<Layer> layers_of(const Weights& w, const auto&... rest) {
    std::vector<Layer> layers;
    for (int64_t i = 0; i < w.count(); ++i)
        layers.emplace_back(w / i, rest...);
    return layers;
}

std::optional<Linear> maybe_linear(const Weights& w) {
    return w.empty() ? std::nullopt : std::make_optional<Linear>(w);
}

bool has_layers_for_time(const Weights& w) { return !w.contains("adaln_t_table"); }

double number_or(const NetworkInput& input, std::string_view name, double otherwise) {
    const Tensor found = input.find(name);
    return found.defined() ? found.item<double>() : otherwise;
}

// What is followed has a little of noise in it, the same in each part.
Tensor with_a_little_noise(const Tensor& rows, uint64_t seed) {
    return followed_video_time * rows +
           (1.0 - followed_video_time) * random_normal(rows.sizes(), seed).to(rows.device());
}

template <class Kept>
const Kept* attachment(const Attachments& attached, std::string_view name) {
    const auto found = attached.find(name);
    return found == attached.end() ? nullptr : dynamic_cast<const Kept*>(found->second.get());
}

}  // namespace

// What is the same in all steps of a run.
struct MinimaxH3::Plan : Attachment {
    StreamShapes shapes;
    Layout layout;
    Rope places;
    TokenMasks masks;
    Tensor tags;                                         // [tokens of the prompt], on the CPU; undefined: all are words
    std::vector<Tensor> followed_video, followed_sound;  // rows, float32
};

Model with_shifts(const Model& model, Shifts shifts) {
    const double noise_scale = model.parameterization().prediction->noise_scale();
    const Model moved = model.with_parameterization(stream_flow(shifts.video, shifts.sound, noise_scale));
    return with_changed_options(moved, [&](ModelOptions& options) {
        options.around_network.push_back([shifts](const NetworkInput& input, const ModelOptions::Network& next) {
            NetworkInput told = input;
            told.extra.insert_or_assign(std::string(video_shift_name), at::scalar_tensor(shifts.video, at::kDouble));
            told.extra.insert_or_assign(std::string(sound_shift_name), at::scalar_tensor(shifts.sound, at::kDouble));
            return next(told);
        });
    });
}

MinimaxH3::MinimaxH3(const Weights& w)
    : weights_(w), video_in_(w / "video_patch_proj"), sound_in_(w / "audio_patch_proj"), text_in_(w / "condition_proj"),
      time_table_(w.maybe("adaln_t_table")), time_in_(maybe_linear(w / "time_embedder" / "proj_in")),
      time_out_(maybe_linear(w / "time_embedder" / "proj_out")), frequencies_(w["rope.inv_freq"]),
      refiner_(layers_of<RefinerBlock>(w / "token_refiner" / "blocks")),
      refiner_norm_(w / "token_refiner" / "final_norm", norm_eps),
      blocks_(layers_of<Block>(w / "blocks", has_layers_for_time(w))),
      finish_(w / "final_layer", has_layers_for_time(w)) {}

Tensor MinimaxH3::refined(const Tensor& prompt) const {
    const Tensor text = prompt.to(weights_.device(), weights_.compute_dtype());
    if (text.size(-1) == video_in_.out_features()) return text;
    if (text.size(-1) != text_in_.in_features())
        throw UserError("the conditioning is " + std::to_string(text.size(-1)) + " wide, MiniMax H3 reads " +
                        std::to_string(text_in_.in_features()) +
                        ": encode the prompt with its text encoder (CLIPLoader of type minimax)");
    Tensor words = text_in_(text.select(0, 0));
    for (const RefinerBlock& block : refiner_)
        words = block(words);
    return refiner_norm_(words).unsqueeze(0);
}

Rope MinimaxH3::places_of(const Tensor& positions) const {
    const Tensor places = positions.to(at::kFloat).to(weights_.device());
    const Tensor angles = (places.unsqueeze(-1) * frequencies_.like(places)).flatten(1);  // [tokens, 3 * pairs]
    return {.cos = angles.cos(), .sin = angles.sin()};
}

void MinimaxH3::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    if (!condition.cross.defined()) throw UserError("the conditioning holds no text, which this diffusion model needs");
    if (target.streams.size() != 2)
        throw UserError("MiniMax H3 makes a video with its sound: give it a latent of EmptyMiniMaxH3LatentAV, or of "
                        "LTXVConcatAVLatent");
    if (target.shape[0] != 1)
        throw UserError("MiniMax H3 makes one video at a time, the latent holds " + std::to_string(target.shape[0]));
    input.context = refined(condition.cross);
    input.context_repeats = false;

    const auto plan = std::make_shared<Plan>();
    plan->shapes = target.streams;
    const auto* guides = attachment<Guides>(condition.attached, guides_name);
    const auto* references = attachment<References>(condition.attached, references_name);
    std::vector<int64_t> video = target.streams[0];
    for (const std::size_t side : {3U, 4U})
        video[side] += video[side] % 2;  // whole tokens
    plan->layout =
        lay_out(input.context.size(1), video, target.streams[1], guides ? guides->guides : std::vector<Guide>(),
                references ? references->references : std::vector<Followed>());
    plan->places = places_of(plan->layout.positions);
    for (const Tensor& latent : plan->layout.followed_video)
        plan->followed_video.push_back(video_rows(latent.to(weights_.device(), at::kFloat)));
    for (const Tensor& latent : plan->layout.followed_sound)
        plan->followed_sound.push_back(sound_rows(latent.to(weights_.device(), at::kFloat)));
    if (const auto tags = condition.extra.find(token_tags_name); tags != condition.extra.end())
        plan->tags = tags->second.flatten();
    if (target.noise_mask) plan->masks = token_masks(*target.noise_mask, target.streams);
    input.attached.insert_or_assign(std::string(plan_name), plan);
}

// In float32 throughout: [times, values].
Tensor MinimaxH3::embedded(const std::vector<double>& times) const {
    const Tensor values = at::tensor(times, at::kDouble).to(at::kFloat).to(weights_.device());
    if (!time_table_)
        return (*time_out_)(at::silu((*time_in_)(timestep_embedding(values, time_in_->in_features()))))
            .to(weights_.compute_dtype());
    const Tensor& table = time_table_.like(values);
    const Tensor place = values.clamp(0.0, 1.0) * static_cast<double>(table.size(0) - 1);
    const Tensor below = place.floor().to(at::kLong).clamp_max(table.size(0) - 2);
    return at::lerp(table.index_select(0, below), table.index_select(0, below + 1), (place - below).unsqueeze(1));
}

// [tokens, dim]
Tensor MinimaxH3::sequence_of(const Plan& plan, const Tensor& text, const std::vector<Tensor>& made,
                              uint64_t seed) const {
    std::vector<Tensor> videos, sounds;
    for (const Tensor& rows : plan.followed_video)
        videos.push_back(with_a_little_noise(rows, seed));
    videos.push_back(video_rows(made[0]));
    sounds = plan.followed_sound;
    sounds.push_back(sound_rows(made[1]));
    const Tensor of_video = video_in_(at::cat(videos)).to(text.scalar_type());
    const Tensor of_sound = sound_in_(at::cat(sounds)).to(text.scalar_type());
    std::vector<Tensor> parts;
    int64_t video = 0, sound = 0;
    for (const Segment& segment : plan.layout.segments) {
        const int64_t count = segment.end - segment.begin;
        switch (segment.part) {
        case Part::text:
            parts.push_back(text);
            break;
        case Part::video:
        case Part::followed_video:
            parts.push_back(of_video.narrow(0, video, count));
            video += count;
            break;
        case Part::sound:
        case Part::followed_sound:
            parts.push_back(of_sound.narrow(0, sound, count));
            sound += count;
            break;
        }
    }
    return at::cat(parts);
}

Tensor MinimaxH3::predict(const NetworkInput& input) const {
    const auto* plan = attachment<Plan>(input.attached, plan_name);
    if (plan == nullptr || input.x.size(0) != 1) throw UserError("MiniMax H3 makes one video with its sound at a time");
    const std::vector<Tensor> made = unpack_streams(input.x, plan->shapes);
    const Shifts usual;
    const Shifts shifts{.video = number_or(input, video_shift_name, usual.video),
                        .sound = number_or(input, sound_shift_name, usual.sound)};
    const float sigma = std::max(input.timestep[0].item<float>() / static_cast<float>(most_time), least_level);
    const Times times = times_of(plan->layout, plan->masks, sigma, shifts);
    const Steering steering = steering_of(plan->layout, times, plan->tags);
    const Tensor time = embedded(times.all);

    const uint64_t seed = input.evaluation.generator.defined() ? input.evaluation.generator.current_seed() : 0;
    const Tensor text = input.context.select(0, 0).to(weights_.compute_dtype());
    Streams streams{.image = sequence_of(*plan, text, made, seed), .text = {}};
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { both.image = blocks_[i](both.image, time, steering, plan->places); });

    const std::vector<Segment>& segments = plan->layout.segments;
    const auto tables = finish_.modulation(time);
    const Tensor sound = finish_(streams.image, tables, finish_of(segments[segments.size() - 2], times), finish_.sound);
    const Tensor video = finish_(streams.image, tables, finish_of(segments.back(), times), finish_.video);
    return -pack_streams({video_of(video, plan->shapes[0]), sound_of(sound)});
}

LatentImage MinimaxH3::with_streams(LatentImage empty) const { return with_empty_sound(std::move(empty)); }

Tensor MinimaxH3::shown(const KeptLatent& kept) const {
    if (kept.shapes.size() < 2) return flow_prediction()->add_noise(kept.latent, kept.noise, kept.sigma, false);
    std::vector<Tensor> clean =
        unpack_streams(kept.flow == nullptr ? kept.latent : kept.flow->held_at(kept.latent, kept.sigma), kept.shapes);
    clean[0] =
        followed_video_time * clean[0] + (1.0 - followed_video_time) * unpack_streams(kept.noise, kept.shapes).front();
    const Tensor injected = pack_streams(clean);
    const Tensor of_tokens = pack_streams(masks_of_tokens(kept.mask, kept.shapes));
    const Tensor share = ((of_tokens - kept.mask) / (1.0 - kept.mask).clamp_min(1e-6)).clamp(0.0, 1.0);
    return injected + at::where(kept.mask < 1.0, share, at::zeros_like(share)) * (kept.x - injected);
}

std::size_t MinimaxH3::activation_bytes(at::IntArrayRef latent) const {
    // Tokens of a video outnumber the others. Beside the sequence there are the four times wider feed-forward layer,
    // the queries, keys and values, and a few copies.
    constexpr int64_t copies = 16;
    const int64_t tokens = c10::multiply_integers(latent) / video_in_.in_features() + 1024;
    return static_cast<std::size_t>(tokens * video_in_.out_features() * copies) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::minimax_h3
