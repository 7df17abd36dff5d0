#include "inference/models/sd/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/fused_norm.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/sd/unet_guest.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::sd {
namespace {

constexpr int64_t sd1_heads = 8, later_head_size = 64;

int64_t heads_of(const Weights& w) {
    const Weight in = w["proj_in.weight"];
    return in.shape().size() == 4 ? sd1_heads : in.size(0) / later_head_size;
}

}  // namespace

ResBlock::ResBlock(const Weights& w)
    : in_norm(w / "in_layers" / 0), out_norm(w / "out_layers" / 0), in_conv(w / "in_layers" / 2),
      out_conv(w / "out_layers" / 3), time(w / "emb_layers" / 1) {
    if (w.has_part("skip_connection")) skip.emplace(w / "skip_connection");
    if (!w.has_part("time_stack")) return;
    over_frames.emplace(w / "time_stack");
    picture_share = w["time_mixer.mix_factor"];
}

Tensor ResBlock::operator()(const Tensor& x, const BlockInputs& told) const {
    Tensor h = in_conv(in_norm.then_silu(x));
    h += time(told.time_embedding).unsqueeze(-1).unsqueeze(-1);
    h = out_conv.added_to(skip ? (*skip)(x) : x, out_norm.then_silu(h));
    if (!over_frames) return h;
    const Tensor video = frames_to_video(h, told.frames);
    return video_to_frames(mixed(picture_share, video, (*over_frames)(video, told.time_embedding)));
}

CrossAttention::CrossAttention(const Weights& w, int64_t heads_)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0), heads(heads_) {}

Tensor CrossAttention::operator()(const AttentionInput& input, const AttentionReplacement* replacement,
                                  const PatchPlace& place) const {
    const Tensor queries = q(input.x), keys = k(input.context), values = v(input.value);
    return out(replacement ? (*replacement)(queries, keys, values, place) : attention(queries, keys, values, heads));
}

FeedForward::FeedForward(const Weights& w) : in(w / "net" / 0 / "proj"), out(w / "net" / 2) {}

Tensor FeedForward::operator()(const Tensor& x) const {
    const Tensor both = in(x);
    if (runs_gated_gelu(both)) return out(gated_gelu(both));
    const std::vector<Tensor> parts = both.chunk(2, -1);  // values, gates
    return out(parts[0] * at::gelu(parts[1]));
}

TransformerBlock::TransformerBlock(const Weights& w, int64_t heads)
    : norm1(w / "norm1"), norm3(w / "norm3"), self(w / "attn1", heads), ff(w / "ff") {
    if (w.has_part("attn2")) {
        norm2.emplace(w / "norm2");
        cross.emplace(w / "attn2", heads);
    }
    if (!w.has_part("ff_in")) return;
    first_norm.emplace(w / "norm_in");
    first.emplace(w / "ff_in");
}

Tensor TransformerBlock::operator()(Tensor x, const Tensor& context, PatchPlace& place) const {
    const NetworkPatches& patches = patches_of(place.input);
    place.heads = self.heads;
    if (first) x = x + (*first)((*first_norm)(x));
    const Tensor own = norm1(x);
    const Tensor& seen_by_self = self.k.in_features() == self.q.in_features() ? own : context;
    const AttentionInput tokens = patched(patches.self_input, {own, seen_by_self, seen_by_self}, place);
    const Tensor seen = self(tokens, find_replacement(patches.self_replacement, place), place);
    x = patched(patches.between_attentions, x + patched(patches.self_output, seen, place), place);
    if (place.input.grounding) x = (*place.input.grounding)(x, place.transformer_index);

    if (cross) {
        const AttentionInput prompt = patched(patches.cross_input, {(*norm2)(x), context, context}, place);
        const Tensor read = (*cross)(prompt, find_replacement(patches.cross_replacement, place), place);
        x = x + patched(patches.cross_output, read, place);
    }
    return x + ff(norm3(x));
}

FrameTransformer::FrameTransformer(const Weights& w, int64_t heads)
    : position_in(w / "time_pos_embed" / 0), position_out(w / "time_pos_embed" / 2),
      blocks(blocks_of<TransformerBlock>(w / "time_stack", heads)), picture_share(w["time_mixer.mix_factor"]) {}

Tensor FrameTransformer::positions(int64_t videos, int64_t frames, const Tensor& tokens) const {
    const Tensor number = at::arange(frames, tokens.options().dtype(at::kFloat));
    const Tensor waves = timestep_embedding(number, position_in.in_features()).to(tokens.scalar_type());
    return position_out(at::silu(position_in(waves))).repeat({videos, 1}).unsqueeze(1);
}

Tensor FrameTransformer::operator()(const Tensor& tokens, std::size_t index, const Tensor& positions,
                                    const BlockInputs& told, PatchPlace& place) const {
    const int64_t frames = told.frames, videos = tokens.size(0) / frames, pixels = tokens.size(1);
    const Tensor numbered = tokens + positions;
    // Every pixel's frames are a sequence of their own, which reads the prompt of its video's first frame.
    const Tensor sequences =
        numbered.unflatten(0, {videos, frames}).transpose(1, 2).flatten(0, 1);  // [videos * pixels, frames, dim]
    const Tensor prompt = told.context.unflatten(0, {videos, frames}).select(1, 0).repeat_interleave(pixels, 0);
    const Tensor told_frames = blocks[index](sequences, prompt, place);
    const Tensor moving = told_frames.unflatten(0, {videos, pixels}).transpose(1, 2).flatten(0, 1);
    return mixed(picture_share, tokens, moving);
}

SpatialTransformer::SpatialTransformer(const Weights& w, std::optional<int64_t> heads)
    : norm(w / "norm", 1e-6), in(w / "proj_in"), out(w / "proj_out") {
    const int64_t count = heads.value_or(heads_of(w));
    blocks = blocks_of<TransformerBlock>(w / "transformer_blocks", count);
    if (w.has_part("time_stack")) over_frames.emplace(w, count);
}

Tensor SpatialTransformer::operator()(const Tensor& x, const BlockInputs& told, PatchPlace& place) const {
    place.activations = x.sizes().vec();
    const int64_t height = x.size(2), width = x.size(3);
    Tensor tokens = norm(x).permute({0, 2, 3, 1}).flatten(1, 2);  // [batch, height * width, channels]
    tokens = in(tokens);
    Tensor positions;
    if (over_frames) positions = over_frames->positions(x.size(0) / told.frames, told.frames, tokens);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        place.transformer = static_cast<int64_t>(i);
        tokens = blocks[i](tokens, told.context, place);
        if (over_frames) tokens = (*over_frames)(tokens, i, positions, told, place);
    }
    ++place.transformer_index;
    return x + out(tokens).unflatten(1, {height, width}).permute({0, 3, 1, 2});
}

Stage::Stage(const Weights& w, std::optional<int64_t> heads) {
    for (int64_t i = 0; i < w.count(); ++i)
        add(w / i, heads);
}

Stage Stage::of_one(const Weights& w, std::optional<int64_t> heads) {
    Stage stage;
    stage.add(w, heads);
    return stage;
}

void Stage::add(const Weights& part, std::optional<int64_t> heads) {
    if (part.contains("weight")) conv.emplace(part);
    if (part.has_part("op")) conv.emplace(part / "op", 2, 1);
    if (part.has_part("in_layers")) res.emplace(part);
    if (part.has_part("transformer_blocks")) transformer.emplace(part, heads);
    if (part.has_part("conv")) up.emplace(part / "conv");
}

Tensor Stage::operator()(Tensor x, const BlockInputs& told, at::IntArrayRef size, PatchPlace& place) const {
    if (conv) x = (*conv)(x);
    if (res) x = (*res)(x, told);
    if (transformer) x = (*transformer)(x, told, place);
    if (!up) return x;
    if (const UnetGuest* guest = guest_of(place.input)) x = guest->before_growing(x);
    const bool is_doubled = 2 * x.size(2) == size[0] && 2 * x.size(3) == size[1];
    return is_doubled ? up->of_doubled(x) : (*up)(at::upsample_nearest2d(x, size));
}

}  // namespace easel::inference::sd
