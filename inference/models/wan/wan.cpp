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
constexpr double theta = 10000.0, eps = 1e-6;

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

Rope rope_of(int64_t frames, int64_t rows, int64_t columns) {
    constexpr int64_t head_size = 128, of_side = 2 * (head_size / 6);
    const auto along = [&](int64_t count, int64_t dimension) {
        std::vector<int64_t> shape(3, 1);
        shape[static_cast<std::size_t>(dimension)] = count;
        return at::arange(count, at::kFloat).reshape(shape).expand({frames, rows, columns}).flatten();
    };
    const Tensor positions = at::stack({along(frames, 0), along(rows, 1), along(columns, 2)}, 1);
    return rope_table(positions, {head_size - 2 * of_side, of_side, of_side}, theta);
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
    return at::cat({spread_to_batch(mask, batch), picture}, 1);
}

void Wan::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    if (concat_channels() > 0) input.concat = picture_beside_noise(condition, target);
    if (times_frames() && target.noise_mask) input.extra["frame_noise"] = target.noise_mask->mean({1, 3, 4});
    if (const auto features = condition.extra.find("picture_features"); features != condition.extra.end())
        input.extra["picture_features"] = features->second;
}

Tensor Wan::predict(const NetworkInput& input) const {
    if (!input.context.defined()) throw UserError("the conditioning holds no text, which this diffusion model needs");
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = padded(input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x);
    const Tensor cells = at::conv3d(latent, patch_weight_.as(at::kFloat, latent.device()),
                                    patch_bias_.as(at::kFloat, latent.device()), {1, patch, patch});
    const int64_t frames = cells.size(2), rows = cells.size(3), columns = cells.size(4);
    Tensor x = cells.flatten(2).transpose(1, 2).to(dtype).contiguous();  // [batch, tokens, dim]

    Tensor times = input.timestep.unsqueeze(1);  // [batch, times]
    if (const Tensor noise = input.find("frame_noise"); noise.defined()) times = times * noise;
    const Tensor time = time_out_(at::silu(time_in_(frequencies(times.flatten()).to(dtype))))
                            .reshape({times.size(0), times.size(1), -1});
    const Tensor steering = time_projection_(at::silu(time)).unflatten(2, {6, -1});

    Context context{.text = text_out_(at::gelu(text_in_(input.context.to(dtype)), "tanh")), .picture = {}};
    if (const Tensor features = input.find("picture_features"); picture_in_ && features.defined())
        context.picture = (*picture_in_)(features.to(dtype));
    const Rope rope = rope_of(frames, rows, columns);
    Streams streams{.image = x, .text = {}};
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& tokens) { tokens.image = blocks_[i](tokens.image, steering, rope, context); });
    x = streams.image;

    const Tensor last = head_modulation_.like(x).unsqueeze(0) + time.unsqueeze(2);  // [batch, times, 2, dim]
    const Tensor shift = for_tokens(last.select(2, 0), x.size(1)), scale = for_tokens(last.select(2, 1), x.size(1));
    const Tensor out = head_(modulate(plain_layer_norm(x, eps), scale, shift)).to(at::kFloat);
    const Tensor pictures =
        from_patches(out.unflatten(1, {frames, rows * columns}).flatten(0, 1), rows, columns, patch,
                     PatchOrder::channels_last);
    return pictures.unflatten(0, {input.x.size(0), frames})
        .transpose(1, 2)
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
