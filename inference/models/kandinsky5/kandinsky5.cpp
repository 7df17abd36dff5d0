#include "inference/models/kandinsky5/kandinsky5.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/sampling/given_frames.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::kandinsky5 {
namespace {

constexpr int64_t patch = 2;
constexpr double eps = 1e-5, theta = 10000.0;

// Shift, scale and gate of each part of a block, [batch, 1, dim] each.
std::vector<Tensor> modulations(const Linear& linear, const Tensor& time, int64_t count) {
    return linear(at::silu(time)).unsqueeze(1).chunk(count, -1);
}

// `x` with what `layer` makes of it added, where `m` begins with the layer's shift, scale and gate.
template <class Layer>
Tensor added(const Tensor& x, const Tensor* m, const Layer& layer) {
    return at::addcmul(x, m[2], layer(modulate(plain_layer_norm(x, eps), m[1], m[0])));
}

struct Grid {
    int64_t frames, rows, columns;
};

// How much closer rows and columns of a video lie than its frames: networks were trained on small ones.
double closeness(int64_t width, int64_t cells) {
    constexpr int64_t lite_width = 1792, pro_width = 4096, many_cells = 14080;
    if (width == pro_width && cells >= many_cells) return 3.16;
    return width == lite_width || width == pro_width ? 2.0 : 1.0;
}

// Frame, row and column of each token.
Tensor picture_positions(const Grid& grid, double closer, const std::optional<RopeScaling>& asked) {
    const RopeScaling scaling = asked.value_or(RopeScaling{.scale_x = 1.0 / closer, .scale_y = 1.0 / closer});
    Tensor positions = at::zeros({grid.frames, grid.rows, grid.columns, 3}, at::kFloat);
    const auto along = [](int64_t count, double scale, double shift) {
        return at::linspace(shift, shift + static_cast<double>(count - 1) * scale, count, at::kFloat);
    };
    const Tensor frames = along(grid.frames, scaling.scale_t, scaling.shift_t).reshape({-1, 1, 1});
    const Tensor rows = along(grid.rows, scaling.scale_y, scaling.shift_y).reshape({-1, 1});
    const Tensor columns = along(grid.columns, scaling.scale_x, scaling.shift_x);
    int64_t axis = 0;
    for (const Tensor& places : {frames, rows, columns})
        positions.select(3, axis++).copy_(places.expand({grid.frames, grid.rows, grid.columns}));
    return positions.flatten(0, 2);
}

// Nothing, and which frames are given: [batch, channels + 1, frames, h, w]. (Kandinsky5.concat_cond)
Tensor beside_noise(const Condition& condition, const SamplingTarget& target) {
    const std::optional<Tensor>& mask = mask_of(condition, target);
    const Tensor given = mask && mask->dim() == 5 ? given_frames(*mask, target) : no_given_frames(target);
    return at::cat({at::zeros(target.shape, at::kFloat), given}, 1);
}

}  // namespace

Attention::Attention(const Weights& w)
    : q(w / "to_query"), k(w / "to_key"), v(w / "to_value"), out(w / "out_layer"), q_norm(w / "query_norm"),
      k_norm(w / "key_norm") {}

Tensor Attention::operator()(const Tensor& x, const Tensor& context, const Rope* rope) const {
    const int64_t heads = q.out_features() / q_norm.weight.size(0);
    Tensor queries = q_norm(split_heads(q(x), heads)), keys = k_norm(split_heads(k(context), heads));
    if (rope != nullptr) {
        queries = rotate_pairs(queries, *rope);
        keys = rotate_pairs(keys, *rope);
    }
    return out(merge_heads(attention(queries, keys, split_heads(v(context), heads))));
}

TextBlock::TextBlock(const Weights& w)
    : modulation(w / "text_modulation" / "out_layer"), attention(w / "self_attention"), mlp(w / "feed_forward") {}

Tensor TextBlock::operator()(const Tensor& x, const Tensor& time, const Rope& rope) const {
    const auto m = modulations(modulation, time, 6);
    const Tensor attended = added(x, m.data(), [&](const Tensor& h) { return attention(h, h, &rope); });
    return added(attended, m.data() + 3, mlp);
}

PictureBlock::PictureBlock(const Weights& w)
    : modulation(w / "visual_modulation" / "out_layer"), self(w / "self_attention"), cross(w / "cross_attention"),
      mlp(w / "feed_forward") {}

Tensor PictureBlock::operator()(const Tensor& x, const Tensor& text, const Tensor& time, const Rope& rope) const {
    const auto m = modulations(modulation, time, 9);
    const Tensor seen = added(x, m.data(), [&](const Tensor& h) { return self(h, h, &rope); });
    const Tensor told = added(seen, m.data() + 3, [&](const Tensor& h) { return cross(h, text, nullptr); });
    return added(told, m.data() + 6, mlp);
}

Kandinsky5::Kandinsky5(const Weights& w)
    : weights_(w), time_in_(w / "time_embeddings" / "in_layer"), time_out_(w / "time_embeddings" / "out_layer"),
      text_in_(w / "text_embeddings" / "in_layer"), pooled_in_(w / "pooled_text_embeddings" / "in_layer"),
      picture_in_(w / "visual_embeddings" / "in_layer"), text_norm_(w / "text_embeddings" / "norm", eps),
      pooled_norm_(w / "pooled_text_embeddings" / "norm", eps),
      final_modulation_(w / "out_layer" / "modulation" / "out_layer"), final_(w / "out_layer" / "out_layer") {
    text_blocks_ = blocks_of<TextBlock>(w / "text_transformer_blocks");
    picture_blocks_ = blocks_of<PictureBlock>(w / "visual_transformer_blocks");
}

bool makes_videos(const Weights& w) {
    constexpr int64_t picture_values = 64;  // of a patch
    return w["visual_embeddings.in_layer.weight"].size(1) != picture_values;
}

int64_t Kandinsky5::concat_channels() const {
    return (picture_in_.in_features() - final_.out_features()) / (patch * patch);
}

void Kandinsky5::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (condition.pooled) input.vector = *condition.pooled;
    if (concat_channels() == 0) return;
    input.concat = beside_noise(condition, target);
    if (const auto frames = condition.extra.find("frames_in_place"); frames != condition.extra.end())
        input.extra["frames_in_place"] = target.format->to_model(frames->second);
}

Tensor Kandinsky5::latent_of(const NetworkInput& input) const {
    const Tensor seen = input.concat.defined() ? at::cat({input.x, input.concat}, 1) : input.x;
    Tensor latent = frames_of_whole_patches(seen.dim() == 4 ? seen.unsqueeze(2) : seen, patch);
    const Tensor given = input.find("frames_in_place");
    if (!given.defined()) return latent;
    const Tensor frames = frames_of_whole_patches(given, patch);
    if (frames.size(2) > latent.size(2) || !frames.sizes().slice(3).equals(latent.sizes().slice(3)))
        throw UserError("the start image of Kandinsky 5's video has another size than its latent");
    latent = latent.clone();
    latent.narrow(1, 0, frames.size(1)).narrow(2, 0, frames.size(2)).copy_(frames);
    return latent;
}

Tensor Kandinsky5::predict(const NetworkInput& input) const {
    if (!input.context.defined() || !input.vector.defined())
        throw UserError("the conditioning lacks the words or the pooled prompt, which Kandinsky 5 needs: load its "
                        "encoders with DualCLIPLoader and the type kandinsky5 or kandinsky5_image");
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor latent = latent_of(input);
    const Grid grid{.frames = latent.size(2), .rows = latent.size(3) / patch, .columns = latent.size(4) / patch};
    const Tensor waves = timestep_embedding(input.timestep, time_in_.in_features()).to(dtype);
    const Tensor time = time_out_(at::silu(time_in_(waves))) + pooled_norm_(pooled_in_(input.vector.to(dtype)));

    const int64_t head_size = picture_blocks_.front().self.q_norm.weight.size(0);
    Tensor text = text_norm_(text_in_(input.context.to(dtype)));
    const Rope along = rope_table(at::arange(text.size(1), at::kFloat).unsqueeze(1), {head_size}, theta);
    for (const TextBlock& block : text_blocks_)
        text = block(text, time, along);

    const std::vector<int64_t> axes{head_size / 4, head_size / 8 * 3, head_size / 8 * 3};
    const double closer = closeness(picture_in_.out_features(), input.x.size(-2) * input.x.size(-1));
    const Rope rope = rope_table(picture_positions(grid, closer, patches_of(input).rope), axes, theta);
    const Tensor patches = to_patches(video_to_frames(latent), patch, PatchOrder::channels_last);
    const Tensor sequence = patches.unflatten(0, {latent.size(0), grid.frames}).flatten(1, 2);
    Streams streams{.image = picture_in_(sequence.to(dtype)), .text = text};
    for (std::size_t i = 0; i < picture_blocks_.size(); ++i)
        run_block(input, {BlockKind::double_stream, static_cast<int64_t>(i)}, streams,
                  [&](Streams& both) { both.image = picture_blocks_[i](both.image, both.text, time, rope); });

    const auto last = final_modulation_(at::silu(time)).unsqueeze(1).chunk(2, -1);  // shift, scale
    const Tensor out = final_(modulate(plain_layer_norm(streams.image, eps), last[1], last[0])).to(at::kFloat);
    const Tensor frames = out.unflatten(1, {grid.frames, grid.rows * grid.columns}).flatten(0, 1);
    const Tensor video =
        frames_to_video(from_patches(frames, grid.rows, grid.columns, patch, PatchOrder::channels_first), grid.frames);
    return (input.x.dim() == 4 ? video.squeeze(2) : video)
        .slice(-2, 0, input.x.size(-2))
        .slice(-1, 0, input.x.size(-1))
        .contiguous();
}

std::size_t Kandinsky5::activation_bytes(at::IntArrayRef latent) const {
    // The stream, queries, keys and values, and the feed forward network, which is four times as wide: about sixteen.
    int64_t cells = 1;
    for (const int64_t size : latent.slice(2))
        cells *= size;
    const int64_t tokens = cells / (patch * patch) + 512;
    return static_cast<std::size_t>(latent[0] * tokens * picture_in_.out_features() * 16) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::kandinsky5
