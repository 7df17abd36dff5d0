#include "inference/models/wan/speech/s2v.hpp"

#include "inference/layers/modulation.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>

namespace easel::inference::wan {
namespace {

// How many latent frames before the video there are of each kind: one, two together, four times four together.
constexpr int64_t last_frames = 1, recent_frames = 2, older_frames = 16;
constexpr int64_t frames_before = last_frames + recent_frames + older_frames;

const std::vector<int64_t> listening_blocks{0, 4, 8, 12, 16, 20, 24, 27, 30, 33, 36, 39};

// A coarser grid over the same cells as a picture with `rows` and `columns` of patches.
CellBox coarse(int64_t frames, int64_t rows, int64_t columns, const CellBox& fine, double start) {
    const auto step = [](int64_t many, int64_t few) {
        return few > 1 ? static_cast<double>(many - 1) / static_cast<double>(few - 1) : 1.0;
    };
    return {.frames = frames,
            .rows = rows,
            .columns = columns,
            .scaling = {.scale_x = step(fine.columns, columns), .scale_y = step(fine.rows, rows), .shift_t = start}};
}

}  // namespace

SoundEncoder::SoundEncoder(const Weights& w)
    : layer_weights_(w["weights"]), padding_((w / "encoder")["padding_tokens"]),
      in_tokens_(w / "encoder" / "conv1_local", 1), in_steering_(w / "encoder" / "conv1_global", 1),
      second_(w / "encoder" / "conv2", 2), third_(w / "encoder" / "conv3", 2),
      out_steering_(w / "encoder" / "final_linear") {}

// A quarter of the frames: [batch, frames, dim / 4] -> [batch, frames / 4, dim].
Tensor SoundEncoder::shrunk(Tensor x) const {
    x = second_(at::silu(plain_layer_norm(x)));
    x = third_(at::silu(plain_layer_norm(x)));
    return at::silu(plain_layer_norm(x));
}

SoundInjector::Sound SoundEncoder::operator()(const Tensor& features) const {
    const Tensor weights = at::silu(layer_weights_.like(features));
    const Tensor mixed = (features * weights / weights.sum(1, true)).sum(1).transpose(1, 2);  // [batch, frames, width]
    const int64_t batch = mixed.size(0), width = second_.weight.size(1);
    const Tensor parts = in_tokens_(mixed).unflatten(2, {-1, width}).transpose(1, 2).flatten(0, 1);
    const Tensor tokens = shrunk(parts).unflatten(0, {batch, -1}).transpose(1, 2);  // [batch, frames, n, dim]
    const Tensor padding = padding_.like(tokens).expand({batch, tokens.size(1), -1, -1});
    return {.tokens = at::cat({tokens, padding}, 2), .steering = out_steering_(shrunk(in_steering_(mixed)))};
}

SpeechVideo::SpeechVideo(const Weights& w)
    : Network(w), sound_(w / "casual_audio_encoder"), injector_(w / "audio_injector", listening_blocks),
      kinds_(w["trainable_cond_mask.weight"]), control_(w["cond_encoder.weight"]),
      control_bias_(w["cond_encoder.bias"]), last_(w / "frame_packer" / "proj"),
      recent_(w / "frame_packer" / "proj_2x"), older_(w / "frame_packer" / "proj_4x") {}

void SpeechVideo::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    Network::set_inputs(input, condition, target);
    if (const Tensor sound = given(condition, "sound"); sound.defined()) input.extra["sound"] = sound;
    if (!condition.reference_latents.empty())
        input.extra["reference"] = target.format->to_model(condition.reference_latents.back());
    for (const char* name : {"frames_before", "control_video"})
        if (const Tensor frames = given(condition, name); frames.defined())
            input.extra[name] = target.format->to_model(frames);
}

SpeechVideo::Motion SpeechVideo::packed(const Tensor& frames) const {
    const int64_t known = std::min(frames_before, frames.size(2));
    const Tensor all =
        at::constant_pad_nd(frames.slice(2, frames.size(2) - known), {0, 0, 0, 0, frames_before - known, 0});
    const auto parts = all.split_with_sizes({older_frames, recent_frames, last_frames}, 2);
    const auto cells = [](const Tensor& part, const Packing& packing) {
        return at::conv3d(part, packing.weight.like(part), packing.bias.like(part), packing.weight.shape().slice(2));
    };
    const Tensor older = cells(parts[0], older_), recent = cells(parts[1], recent_), last = cells(parts[2], last_);
    const CellBox fine = coarse(1, last.size(3), last.size(4), cells_of(frames), -1.0);
    return {.tokens = at::cat({last.flatten(2), recent.flatten(2), older.flatten(2)}, 2).transpose(1, 2),
            .boxes = {fine, coarse(recent.size(2), recent.size(3), recent.size(4), fine, -3.0),
                      coarse(older.size(2), older.size(3), older.size(4), fine, -19.0)}};
}

Tensor SpeechVideo::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = trunk_.weights.compute_dtype();
    const Tensor latent = seen(input);
    const CellBox cells = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));
    Tensor pieces = trunk_.patches(latent).to(dtype);
    if (const Tensor control = input.find("control_video"); control.defined()) {
        const Tensor video = padded(control).to(dtype);
        pieces = pieces + at::conv3d(video, control_.like(video), control_bias_.like(video), {1, 2, 2});
    }
    std::vector<Tensor> tokens{trunk_.as_tokens(pieces)};
    tokens.front() = tokens.front() + kind(0, tokens.front());
    CellBoxes boxes{cells};
    Tensor times = input.timestep.unsqueeze(1).expand({-1, cells.frames});
    const auto without_noise = [&](int64_t count) { return times.new_zeros({times.size(0), count}); };

    if (const Tensor reference = input.find("reference"); reference.defined()) {
        constexpr int64_t least_distance = 30, distance = 9;
        const Tensor picture = padded(reference);
        const Tensor own = trunk_.as_tokens(trunk_.patches(picture));
        tokens.push_back(own + kind(1, own));
        boxes.push_back(cells_of(picture));
        boxes.back().scaling.shift_t = static_cast<double>(std::max(least_distance, latent.size(2) + distance));
        times = at::cat({times, without_noise(picture.size(2))}, 1);
    }
    if (const Tensor before = input.find("frames_before"); before.defined()) {
        const Motion motion = packed(before.to(dtype));
        tokens.push_back(motion.tokens + kind(2, motion.tokens));
        boxes.insert(boxes.end(), motion.boxes.begin(), motion.boxes.end());
        times = at::cat({times.repeat_interleave(2, 1), without_noise(3)}, 1);
    }
    const Sequence sequence{.x = at::cat(tokens, 1),
                            .rope = trunk_.rope(boxes, input.x.device()),
                            .time = trunk_.time(times),
                            .context = trunk_.context(input),
                            .cells = cells};
    Steps steps;
    SoundInjector::Sound sound;
    if (const Tensor features = input.find("sound"); features.defined()) {
        sound = sound_(features.slice(3, 0, cells.frames * 4).to(dtype));
        steps.after = [&](int64_t block, const Tensor& x) { return injector_(block, x, cells.tokens(), sound); };
    }
    const Tensor x = trunk_.run(input, sequence, steps);
    const Tensor values = trunk_.head(x, sequence.time).narrow(1, 0, cells.tokens());
    return cut_to(trunk_.video(values, cells), input.x);
}

}  // namespace easel::inference::wan
