#include "inference/models/cogvideo/cogvideo.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/vae/latent_format.hpp"

#include <algorithm>
#include <array>

namespace easel::inference::cogvideo {
namespace {

constexpr double eps = 1e-5, head_eps = 1e-6, theta = 10000.0;
constexpr int64_t head_size = 64;
// Tokens of text before the learned positions of patches.
constexpr int64_t text_positions = 226;
// How far apart patches lie for networks whose patches are single frames: these were trained on smaller pictures.
constexpr double patch_distance = 1.875;
// How strongly a video moves away from its first frame, where a network is told so.
constexpr double usual_motion = 2.0;

Tensor joined_tokens(const Sequence& x) { return at::cat({x.text, x.video}, 1); }

// `x` with `gates` times `change`, whose first tokens are the text's.
Sequence added(const Sequence& x, const Sequence& gates, const Tensor& change) {
    const int64_t text = x.text.size(1);
    return {.video = at::addcmul(x.video, gates.video, change.slice(1, text)),
            .text = at::addcmul(x.text, gates.text, change.slice(1, 0, text))};
}

// As many frames as the latent has, of which those that are missing are zero.
Tensor with_frames_of(const Tensor& video, int64_t frames) {
    if (video.size(2) >= frames) return video.slice(2, 0, frames);
    return at::constant_pad_nd(video, {0, 0, 0, 0, 0, frames - video.size(2)});
}

// The beginning of `dimension` repeated behind its end, until it is a multiple of `multiple`.
Tensor wrapped(const Tensor& x, int64_t dimension, int64_t multiple) {
    const int64_t missing = (multiple - x.size(dimension) % multiple) % multiple;
    return missing == 0 ? x : at::cat({x, x.narrow(dimension, 0, missing)}, dimension);
}

}  // namespace

TimedNorm::Result TimedNorm::operator()(const Sequence& x, const Tensor& time) const {
    const auto m = modulation(at::silu(time)).unsqueeze(1).chunk(6, -1);  // shift, scale, gate; the video's first
    return {.normed = {.video = modulate(norm(x.video), m[1], m[0]), .text = modulate(norm(x.text), m[4], m[3])},
            .gates = {.video = m[2], .text = m[5]}};
}

Block::Block(const Weights& w)
    : attention_norm(w / "norm1"), mlp_norm(w / "norm2"), q(w / "q"), k(w / "k"), v(w / "v"), out(w / "attn_out"),
      mlp_in(w / "ff_proj"), mlp_out(w / "ff_out"), q_norm(w / "norm_q", head_eps), k_norm(w / "norm_k", head_eps) {}

Sequence Block::operator()(const Sequence& x, const Tensor& time, const std::optional<Rope>& rope) const {
    const auto seen = attention_norm(x, time);
    const Tensor tokens = joined_tokens(seen.normed);
    const int64_t heads = q.out_features() / head_size;
    Tensor queries = q_norm(split_heads(q(tokens), heads)), keys = k_norm(split_heads(k(tokens), heads));
    if (rope) {
        queries = rotate_pairs(queries, *rope);
        keys = rotate_pairs(keys, *rope);
    }
    const Tensor mixed = out(merge_heads(attention(queries, keys, split_heads(v(tokens), heads))));
    const Sequence attended = added(x, seen.gates, mixed);
    const auto told = mlp_norm(attended, time);
    return added(attended, told.gates, mlp_out(at::gelu(mlp_in(joined_tokens(told.normed)), "tanh")));
}

CogVideo::CogVideo(const Weights& w)
    : weights_(w), patch_weight_(w["patch_embed.proj.weight"]), patch_bias_(w.maybe("patch_embed.proj.bias")),
      positions_(w.maybe("patch_embed.pos_embedding")), text_in_(w / "patch_embed" / "text_proj"),
      time_in_(w / "time_embedding_linear_1"), time_out_(w / "time_embedding_linear_2"), norm_(w / "norm_final", eps),
      final_modulation_(w / "norm_out" / "linear"), final_(w / "proj_out"), final_norm_(w / "norm_out" / "norm", eps) {
    const bool is_convolution = patch_weight_.shape().size() == 4;
    patch_ = is_convolution ? Patch{.frames = 1, .side = patch_weight_.size(2)} : Patch{.frames = 2, .side = 2};
    in_channels_ = is_convolution ? patch_weight_.size(1) : patch_weight_.size(1) / patch_.cells();
    out_channels_ = final_.out_features() / patch_.cells();
    if (w.has_part("ofs_embedding_linear_1")) {
        motion_in_.emplace(w / "ofs_embedding_linear_1");
        motion_out_.emplace(w / "ofs_embedding_linear_2");
    }
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks_.emplace_back(w / "blocks" / i);
}

// (CogVideoX.concat_cond)
void CogVideo::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    const int64_t channels = concat_channels(), latent_channels = target.format->channels;
    if (channels == 0) return;
    std::vector<int64_t> shape = target.shape.vec();
    shape[1] = channels;
    if (!condition.concat_latent_image) {
        input.concat = at::zeros(shape, at::kFloat);
        return;
    }
    const Tensor fitted = resize(*condition.concat_latent_image, shape[4], shape[3], "bilinear", Crop::center);
    std::vector<Tensor> parts;
    for (const Tensor& part : with_frames_of(fitted, shape[2]).split(latent_channels, 1))
        parts.push_back(target.format->to_model(part));
    const Tensor given = spread_to_batch(at::cat(parts, 1), shape[0]);
    const int64_t times = (channels + given.size(1) - 1) / given.size(1);
    input.concat = given.repeat({1, times, 1, 1, 1}).narrow(1, 0, channels);
}

Tensor CogVideo::whole_patches(const Tensor& latent) const {
    return wrapped(wrapped(wrapped(latent, 2, patch_.frames), 3, patch_.side), 4, patch_.side);
}

// [batch, patches, values]: the values of a patch by channel, frame, row and column.
Tensor CogVideo::patches(const Tensor& latent, const Grid& grid) const {
    return latent
        .reshape({latent.size(0), latent.size(1), grid.frames, patch_.frames, grid.rows, patch_.side, grid.columns,
                  patch_.side})
        .permute({0, 2, 4, 6, 1, 3, 5, 7})
        .reshape({latent.size(0), grid.count(), -1});
}

// And back.
Tensor CogVideo::video(const Tensor& patches, const Grid& grid) const {
    return patches
        .reshape({patches.size(0), grid.frames, grid.rows, grid.columns, out_channels_, patch_.frames, patch_.side,
                  patch_.side})
        .permute({0, 4, 1, 5, 2, 6, 3, 7})
        .reshape({patches.size(0), out_channels_, grid.frames * patch_.frames, grid.rows * patch_.side,
                  grid.columns * patch_.side});
}

Tensor CogVideo::time(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const auto embedded = [&](const Tensor& value, const Linear& in, const Linear& out) {
        return out(at::silu(in(timestep_embedding(value, in.in_features()).to(dtype))));
    };
    const Tensor time = embedded(input.timestep, time_in_, time_out_);
    if (!motion_in_) return time;
    return time + embedded(at::full_like(input.timestep, usual_motion), *motion_in_, *motion_out_);
}

// Frame, row and column of each patch; text is not turned. Networks with learned positions have no rope.
std::optional<Rope> CogVideo::rope(const Grid& grid, int64_t text_tokens) const {
    if (positions_) return std::nullopt;
    const double distance = patch_.frames == 1 ? patch_distance : 1.0;
    const std::array<Tensor, 3> places{at::arange(grid.frames, at::kFloat).reshape({-1, 1, 1}),
                                       at::arange(grid.rows, at::kFloat).reshape({-1, 1}) * distance,
                                       at::arange(grid.columns, at::kFloat) * distance};
    Tensor positions = at::empty({grid.frames, grid.rows, grid.columns, 3}, at::kFloat);
    for (int64_t axis = 0; axis < 3; ++axis)
        positions.select(3, axis).copy_(
            places[static_cast<std::size_t>(axis)].expand({grid.frames, grid.rows, grid.columns}));
    const Tensor still = at::zeros({text_tokens, 3}, at::kFloat);
    return rope_table(at::cat({still, positions.flatten(0, 2)}), {head_size / 4, head_size / 8 * 3, head_size / 8 * 3},
                      theta);
}

Tensor CogVideo::predict(const NetworkInput& input) const {
    if (!input.context.defined())
        throw UserError("the conditioning holds no words, which CogVideoX needs: load its T5 with CLIPLoader and the "
                        "type cogvideox");
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = whole_patches(input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x);
    const Grid grid{.frames = latent.size(2) / patch_.frames,
                    .rows = latent.size(3) / patch_.side,
                    .columns = latent.size(4) / patch_.side};
    const Tensor cells = patches(latent, grid).to(dtype);
    Sequence x{.video = at::linear(cells, patch_weight_.like(cells).flatten(1), patch_bias_.like(cells)),
               .text = text_in_(input.context.to(dtype))};
    if (positions_) {
        const int64_t known = positions_.size(1) - text_positions;
        if (grid.count() > known)
            throw UserError("the video has " + std::to_string(grid.count()) + " patches, and this CogVideoX knows " +
                            std::to_string(known) + " positions: make it smaller or shorter");
        x.video = x.video + positions_.like(x.video).narrow(1, text_positions, grid.count());
    }

    const Tensor steering = time(input);
    const std::optional<Rope> turns = rope(grid, x.text.size(1));
    for (const Block& block : blocks_)
        x = block(x, steering, turns);

    const auto last = final_modulation_(at::silu(steering)).unsqueeze(1).chunk(2, -1);  // shift, scale
    const Tensor out = final_(modulate(final_norm_(norm_(x.video)), last[1], last[0])).to(at::kFloat);
    return video(out, grid)
        .slice(2, 0, input.x.size(2))
        .slice(3, 0, input.x.size(3))
        .slice(4, 0, input.x.size(4))
        .contiguous();
}

std::size_t CogVideo::activation_bytes(at::IntArrayRef latent) const {
    // The stream twice, queries, keys and values, and the feed forward network, which is four times as wide: about
    // sixteen.
    int64_t cells = 1;
    for (const int64_t size : latent.slice(2))
        cells *= size;
    const int64_t tokens = cells / patch_.cells() + text_positions;
    return static_cast<std::size_t>(latent[0] * tokens * text_in_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::cogvideo
