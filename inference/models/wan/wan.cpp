#include "inference/models/wan/wan.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>

namespace easel::inference::wan {
namespace {

constexpr int64_t patch = 2;  // cells of the latent to a side; one frame deep
constexpr int64_t mask_channels = 4;
constexpr double theta = 10000.0;

std::vector<Block> blocks(const Weights& w) {
    std::vector<Block> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.emplace_back(w / i);
    return result;
}

// Times [n] at 128 frequencies, cosines first: [n, 256].
Tensor frequencies(const Tensor& time) {
    constexpr int64_t half = 128;
    const Tensor index = at::arange(half, time.options()) / static_cast<double>(half);
    const Tensor angle = at::outer(time, at::pow(at::Scalar(theta), -index));
    return at::cat({angle.cos(), angle.sin()}, 1);
}


Rope rope_of(int64_t frames, int64_t rows, int64_t columns, const RopeScaling& scaling = {}) {
    constexpr int64_t of_side = 2 * (head_size / 6);
    const auto along = [&](int64_t count, int64_t dimension, double scale, double shift) {
        std::vector<int64_t> shape(3, 1);
        shape[static_cast<std::size_t>(dimension)] = count;
        return (at::arange(count, at::kFloat) * scale + shift).reshape(shape).expand({frames, rows, columns}).flatten();
    };
    const Tensor positions =
        at::stack({along(frames, 0, scaling.scale_t, scaling.shift_t), along(rows, 1, scaling.scale_y, scaling.shift_y),
                   along(columns, 2, scaling.scale_x, scaling.shift_x)},
                  1);
    return rope_table(positions, {head_size - 2 * of_side, of_side, of_side}, theta);
}

// Turns all pairs further, so that a stream beside the video is told from it and from other streams. (Bernini)
Rope of_stream(const Rope& rope, int64_t stream) {
    const Rope further = rope_table(at::full({1, 1}, static_cast<double>(stream)), {head_size}, theta);
    return {.cos = rope.cos * further.cos - rope.sin * further.sin,
            .sin = rope.sin * further.cos + rope.cos * further.sin};
}

Tensor padded(const Tensor& x) {
    const Tensor pictures = padded_to_patches(x.transpose(1, 2).flatten(0, 1), patch);
    return pictures.unflatten(0, {x.size(0), x.size(2)}).transpose(1, 2);
}

// Every frame [batch * frames, channels, h, w] at the size of the latent.
Tensor resized(const Tensor& video, at::IntArrayRef shape) {
    if (video.size(-1) == shape[4] && video.size(-2) == shape[3]) return video;
    const Tensor pictures = resize(video.transpose(1, 2).flatten(0, 1), shape[4], shape[3], "bilinear", Crop::center);
    return pictures.unflatten(0, {video.size(0), video.size(2)}).transpose(1, 2);
}

// Without videos, VACE watches an empty one, all of which may change. `videos` [1, count, 32 + 64, frames, h, w]: each as
// what is kept and what may change, in the scale of the autoencoder, and its mask. (WAN21_Vace.extra_conds)
void set_videos_to_keep_to(NetworkInput& input, const Tensor& videos, const Tensor& strengths,
                           const SamplingTarget& target) {
    const int64_t channels = target.format->channels;
    if (!videos.defined()) {
        std::vector<int64_t> shape{target.shape[0], 1, 2 * channels, target.shape[2], target.shape[3], target.shape[4]};
        const Tensor empty = target.format->to_model(at::zeros(target.shape, at::kFloat)).unsqueeze(1);
        const Tensor nothing = at::cat({empty, empty}, 2);
        shape[2] = 64;
        input.extra["vace_videos"] = at::cat({nothing, at::ones(shape, at::kFloat)}, 2);
        input.extra["vace_strengths"] = at::ones({target.shape[0], 1}, at::kFloat);
        return;
    }
    std::vector<Tensor> scaled;
    for (const Tensor& video : videos.unbind(1))
        scaled.push_back(at::cat({target.format->to_model(video.slice(1, 0, channels)),
                                  target.format->to_model(video.slice(1, channels, 2 * channels)),
                                  video.slice(1, 2 * channels)},
                                 1));
    input.extra["vace_videos"] = at::stack(scaled, 1);
    input.extra["vace_strengths"] = strengths;
}

}  // namespace

PictureEmbedder::PictureEmbedder(const Weights& w)
    : norm_in(w / "proj" / 0), norm_out(w / "proj" / 4), in(w / "proj" / 1), out(w / "proj" / 3),
      positions(w.maybe("emb_pos")) {}

Tensor PictureEmbedder::operator()(Tensor features) const {
    if (positions) {
        const Tensor& known = positions.like(features);
        const int64_t count = std::min(known.size(1), features.size(1));
        features = features.narrow(1, 0, count) + known.narrow(1, 0, count);
    }
    return norm_out(out(at::gelu(in(norm_in(features)))));
}

Wan::Wan(const Weights& w)
    : weights_(w), patch_weight_(w["patch_embedding.weight"]), patch_bias_(w["patch_embedding.bias"]),
      text_in_(w / "text_embedding" / 0), text_out_(w / "text_embedding" / 2), time_in_(w / "time_embedding" / 0),
      time_out_(w / "time_embedding" / 2), time_projection_(w / "time_projection" / 1), blocks_(blocks(w / "blocks")),
      head_modulation_(w["head.modulation"]), head_(w / "head" / "head"), in_channels_(patch_weight_.size(1)),
      out_channels_(head_.out_features() / (patch * patch)) {
    if (w.has_part("img_emb")) picture_in_.emplace(w / "img_emb");
    if (w.has_part("ref_conv")) reference_in_.emplace(w / "ref_conv", patch, 0);
    if (w.has_part("control_adapter")) camera_.emplace(w / "control_adapter");
    if (w.has_part("vace_blocks")) vace_.emplace(w, static_cast<int64_t>(blocks_.size()));
}

// The picture to begin with, and which of the frames it stands for. (WAN21.concat_cond)
Tensor Wan::picture_beside_noise(const Condition& condition, const SamplingTarget& target) const {
    const int64_t channels = concat_channels(), batch = target.shape[0], of_latent = target.format->channels;
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = channels;
    Tensor picture = at::zeros(shape, at::kFloat);
    if (condition.concat_latent_image) {
        std::vector<Tensor> parts;
        for (const Tensor& part : resized(*condition.concat_latent_image, target.shape).split(of_latent, 1))
            parts.push_back(target.format->to_model(part));
        picture = spread_to_batch(at::cat(parts, 1), batch);
    }
    const bool has_room_for_mask = channels == picture.size(1) + mask_channels;
    if (!has_room_for_mask && (!picture_in_ || channels == picture.size(1))) return picture;
    picture = picture.slice(1, 0, channels - mask_channels);

    const std::optional<Tensor>& given = condition.concat_mask ? condition.concat_mask : target.noise_mask;
    shape[1] = mask_channels;
    if (!given) return at::cat({at::zeros(shape, at::kFloat), picture}, 1);
    Tensor mask = given->size(1) == mask_channels ? *given : given->mean(1, true);
    mask = resized(1.0 - mask, target.shape);
    if (mask.size(2) < shape[2]) mask = at::constant_pad_nd(mask, {0, 0, 0, 0, 0, shape[2] - mask.size(2)});
    if (mask.size(1) == 1) mask = mask.expand({-1, mask_channels, -1, -1, -1});
    mask = spread_to_batch(mask, batch);
    const auto before = condition.extra.find("channels_before_mask");
    const int64_t place = before == condition.extra.end() ? 0 : before->second.item<int64_t>();
    return at::cat({picture.slice(1, 0, place), mask, picture.slice(1, place)}, 1);
}

Tensor Wan::cells(const Tensor& latent) const {
    return at::conv3d(latent, patch_weight_.as(at::kFloat, latent.device()), patch_bias_.as(at::kFloat, latent.device()),
                      {1, patch, patch});
}

void Wan::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    if (concat_channels() > 0) input.concat = picture_beside_noise(condition, target);
    if (times_frames() && target.noise_mask) input.extra["frame_noise"] = target.noise_mask->mean({1, 3, 4});
    const auto given = [&](std::string_view name) {
        const auto found = condition.extra.find(name);
        return found == condition.extra.end() ? Tensor() : found->second;
    };
    for (const char* name : {"picture_features", "camera_rays"})
        if (const Tensor value = given(name); value.defined()) input.extra[name] = value;
    if (const Tensor frames = given("further_frames"); frames.defined())
        input.extra["further_frames"] = target.format->to_model(frames);
    if (reference_in_ && !condition.reference_latents.empty())
        input.extra["reference"] = target.format->to_model(condition.reference_latents.back()).select(2, 0);
    for (int64_t i = 0; given("stream" + std::to_string(i)).defined(); ++i)
        input.reference_latents.push_back(target.format->to_model(given("stream" + std::to_string(i))));
    if (vace_) set_videos_to_keep_to(input, given("vace_videos"), given("vace_strengths"), target);
}

Tensor Wan::predict(const NetworkInput& input) const {
    if (!input.context.defined()) throw UserError("the conditioning holds no text, which this diffusion model needs");
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor latent = padded(input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x);
    if (const Tensor frames = input.find("further_frames"); frames.defined())
        latent = at::cat({latent, padded(frames)}, 2);
    Tensor pieces = cells(latent);
    if (const Tensor rays = input.find("camera_rays"); camera_ && rays.defined())
        pieces = pieces + (*camera_)(rays.to(dtype)).to(at::kFloat);
    const int64_t frames = pieces.size(2), rows = pieces.size(3), columns = pieces.size(4);
    const auto as_tokens = [&](const Tensor& video) { return video.flatten(2).transpose(1, 2).to(dtype); };
    std::vector<Tensor> sequence{as_tokens(pieces)};
    const int64_t video_tokens = sequence.front().size(1);

    const Tensor reference = input.find("reference");
    const bool refers = reference_in_ && reference.defined();
    std::vector<Rope> turns{rope_of(frames + (refers ? 1 : 0), rows, columns,
                                    patches_of(input).rope.value_or(RopeScaling{}))};
    if (refers) sequence.insert(sequence.begin(), as_tokens((*reference_in_)(reference.to(dtype))));
    const int64_t first = refers ? sequence.front().size(1) : 0;
    for (std::size_t i = 0; i < input.reference_latents.size(); ++i) {
        const Tensor stream = cells(padded(input.reference_latents[i]));
        sequence.push_back(as_tokens(stream));
        turns.push_back(
            of_stream(rope_of(stream.size(2), stream.size(3), stream.size(4)), static_cast<int64_t>(i) + 1));
    }
    Tensor x = at::cat(sequence, 1);  // [batch, tokens, dim]
    const Rope rope = joined(turns);

    Tensor times = input.timestep.unsqueeze(1);  // [batch, times]
    if (const Tensor noise = input.find("frame_noise"); noise.defined()) times = times * noise;
    const Tensor time = time_out_(at::silu(time_in_(frequencies(times.flatten()).to(dtype))))
                            .reshape({times.size(0), times.size(1), -1});
    const Tensor steering = time_projection_(at::silu(time)).unflatten(2, {6, -1});

    Context context{.text = text_out_(at::gelu(text_in_(input.context.to(dtype)), "tanh")), .picture = {}};
    if (const Tensor features = input.find("picture_features"); picture_in_ && features.defined())
        context.picture = (*picture_in_)(features.to(dtype));
    std::optional<Vace::Guide> guide;
    if (vace_) guide.emplace(*vace_, input.find("vace_videos"), input.find("vace_strengths"), x);
    const Tensor video_at_start = x.narrow(1, first, video_tokens), first_time = time.select(1, 0);
    const Rope video_rope = rope.tokens(first, video_tokens);
    Streams streams{.image = x, .text = {}};
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const auto index = static_cast<int64_t>(i);
        run_block(input, {BlockKind::double_stream, index}, streams,
                  [&](Streams& tokens) { tokens.image = blocks_[i](tokens.image, steering, rope, context); });
        if (guide) streams.image = guide->after(index, streams.image, steering, rope, context);
        finish_block(input, {BlockKind::double_stream, index},
                     {.image = streams.image.narrow(1, first, video_tokens),
                      .at_start = video_at_start,
                      .time = first_time,
                      .rope = video_rope});
    }
    x = streams.image;

    const Tensor last = head_modulation_.like(x).unsqueeze(0) + time.unsqueeze(2);  // [batch, times, 2, dim]
    const Tensor shift = for_tokens(last.select(2, 0), x.size(1)), scale = for_tokens(last.select(2, 1), x.size(1));
    const Tensor out = head_(modulate(plain_layer_norm(x, eps), scale, shift)).narrow(1, first, video_tokens).to(at::kFloat);
    const Tensor pictures =
        from_patches(out.unflatten(1, {frames, rows * columns}).flatten(0, 1), rows, columns, patch,
                     PatchOrder::channels_last);
    return pictures.unflatten(0, {input.x.size(0), frames})
        .transpose(1, 2)
        .narrow(2, 0, input.x.size(2))
        .narrow(3, 0, input.x.size(3))
        .narrow(4, 0, input.x.size(4))
        .contiguous();
}

std::size_t Wan::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections and the feed forward network, four to five times as wide: about sixteen tensors.
    const int64_t tokens = latent[2] * latent[3] * latent[4] / (patch * patch);
    return static_cast<std::size_t>(latent[0] * tokens * text_out_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::wan
