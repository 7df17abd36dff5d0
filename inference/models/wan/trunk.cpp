#include "inference/models/wan/trunk.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/patches.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/models/require_text.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>

namespace easel::inference::wan {
namespace {

constexpr int64_t patch = 2;  // cells of the latent to a side; one frame deep

// Times [n] at 128 frequencies, cosines first: [n, 256].
Tensor frequencies(const Tensor& time) {
    constexpr int64_t half = 128;
    constexpr double slowest = 10000.0;
    const Tensor index = at::arange(half, time.options()) / static_cast<double>(half);
    const Tensor angle = at::outer(time, at::pow(at::Scalar(slowest), -index));
    return at::cat({angle.cos(), angle.sin()}, 1);
}

const BlockGuest* guest_of(const NetworkInput& input) {
    const auto found = input.attached.find(BlockGuest::name);
    return found == input.attached.end() ? nullptr : dynamic_cast<const BlockGuest*>(found->second.get());
}

// One block with a guest in it.
Tensor with_guest(const BlockGuest& guest, int64_t index, const Block& block, const Sequence& sequence,
                  const Tensor& x) {
    const auto attend = [&](const Tensor& tokens) {
        const Tensor queries = block.self.queries(tokens, sequence.rope), keys = block.self.keys(tokens, sequence.rope);
        if (guest.looks()) guest.look_at(index, queries, keys, sequence.cells);
        return block.self.out(merge_heads(attention(queries, keys, block.self.values(tokens))));
    };
    const auto after_cross = [&](const Tensor& tokens) { return guest.after_cross(index, tokens, sequence.cells); };
    return block(x, sequence.time.steering, sequence.context, {.attend = attend, .after_cross = after_cross});
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

Tensor PatchEmbedding::operator()(const Tensor& latent) const {
    return at::conv3d(latent, weight.as(at::kFloat, latent.device()), bias.as(at::kFloat, latent.device()),
                      {1, patch, patch});
}

Tensor Head::operator()(const Tensor& tokens, const EmbeddedTime& time) const {
    const Tensor last = modulation.like(tokens).unsqueeze(0) + time.embedded.unsqueeze(2);  // [batch, times, 2, dim]
    const Tensor shift = for_tokens(last.select(2, 0), tokens.size(1));
    const Tensor scale = for_tokens(last.select(2, 1), tokens.size(1));
    return out(modulate(plain_layer_norm(tokens, eps), scale, shift));
}

Trunk::Trunk(const Weights& w)
    : weights(w), patches(w / "patch_embedding"), blocks(blocks_of<Block>(w / "blocks")), head(w / "head"),
      text_in_(w / "text_embedding" / 0), text_out_(w / "text_embedding" / 2), time_in_(w / "time_embedding" / 0),
      time_out_(w / "time_embedding" / 2), time_projection_(w / "time_projection" / 1) {
    if (w.has_part("img_emb")) picture_in.emplace(w / "img_emb");
}

int64_t Trunk::out_channels() const { return head.out.out_features() / (patch * patch); }

EmbeddedTime Trunk::time(const Tensor& times) const {
    const Tensor embedded = time_out_(at::silu(time_in_(frequencies(times.flatten()).to(weights.compute_dtype()))))
                                .reshape({times.size(0), times.size(1), -1});
    return {.embedded = embedded, .steering = time_projection_(at::silu(embedded)).unflatten(2, {6, -1})};
}

Tensor Trunk::text(const Tensor& prompt) const {
    return text_out_(at::gelu(text_in_(prompt.to(weights.compute_dtype())), "tanh"));
}

Context Trunk::context(const NetworkInput& input) const {
    require_text(input);
    Context context{.text = text(input.context), .picture = {}};
    if (const Tensor features = input.find("picture_features"); picture_in && features.defined())
        context.picture = (*picture_in)(features.to(weights.compute_dtype()));
    return context;
}

Tensor Trunk::run(const NetworkInput& input, const Sequence& sequence, const Steps& steps) const {
    const int64_t seen_first = sequence.first + sequence.skipped;
    const int64_t seen_count = sequence.cells.tokens() - sequence.skipped;
    const Tensor at_start = sequence.x.narrow(1, seen_first, seen_count);
    const Tensor first_time = sequence.time.embedded.select(1, 0);
    const Rope video_rope = sequence.rope.tokens(seen_first, seen_count);
    const BlockGuest* guest = guest_of(input);
    Streams streams{.image = sequence.x, .text = {}};
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto index = static_cast<int64_t>(i);
        const inference::Block place{BlockKind::double_stream, index};
        run_block(input, place, streams, [&](Streams& tokens) {
            if (steps.compute)
                tokens.image = steps.compute(index, tokens.image);
            else if (guest != nullptr)
                tokens.image = with_guest(*guest, index, blocks[i], sequence, tokens.image);
            else
                tokens.image = blocks[i](tokens.image, sequence.time.steering, sequence.rope, sequence.context);
        });
        finish_block(input, place,
                     {.image = streams.image.narrow(1, seen_first, seen_count),
                      .at_start = at_start,
                      .time = first_time,
                      .rope = video_rope});
        if (steps.after) streams.image = steps.after(index, streams.image);
    }
    return streams.image;
}

Tensor Trunk::video(const Tensor& values, const CellBox& cells) const {
    const Tensor rows = values.to(at::kFloat).unflatten(1, {cells.frames, cells.rows * cells.columns}).flatten(0, 1);
    return frames_to_video(from_patches(rows, cells.rows, cells.columns, patch, PatchOrder::channels_last),
                           cells.frames);
}

Tensor padded(const Tensor& x) { return frames_of_whole_patches(x, patch); }

CellBox cells_of(const Tensor& latent, RopeScaling scaling) {
    return {.frames = latent.size(2),
            .rows = latent.size(3) / patch,
            .columns = latent.size(4) / patch,
            .scaling = scaling};
}

Tensor cut_to(const Tensor& video, const Tensor& like) {
    return video.narrow(2, 0, like.size(2)).narrow(3, 0, like.size(3)).narrow(4, 0, like.size(4)).contiguous();
}

}  // namespace easel::inference::wan
