#include "inference/models/ltxv/video.hpp"

#include "base/error.hpp"

namespace easel::inference::ltxv {
namespace {

constexpr double usual_frame_rate = 25.0;

// [batch, channels, frames, rows, columns] as [batch, cells, channels].
Tensor cells_of(const Tensor& latent) { return latent.flatten(2).transpose(1, 2); }

void require_whole_frames(const Tensor& guide_spans, at::IntArrayRef latent) {
    const int64_t per_frame = latent[3] * latent[4];
    if (guide_spans.size(2) % per_frame != 0 || guide_spans.size(2) > per_frame * latent[2])
        throw UserError("the guides were added to a latent of another size: crop them before the latent is upscaled");
}

}  // namespace

void set_video_inputs(NetworkInput& input, const Condition& condition, const Tensor& mask) {
    const auto rate = condition.extra.find("frame_rate");
    input.extra["frame_rate"] = rate == condition.extra.end() ? at::scalar_tensor(usual_frame_rate) : rate->second;
    if (mask.defined()) input.extra["denoise_mask"] = mask.slice(1, 0, 1);
    if (const auto spans = condition.extra.find(guide_spans_name); spans != condition.extra.end())
        input.extra[guide_spans_name] = spans->second;
    if (const auto guides = condition.attached.find(guides_name); guides != condition.attached.end())
        input.attached[guides_name] = guides->second;
}

Tensor added_mask(const Tensor& attention_mask, at::ScalarType dtype) {
    if (!attention_mask.defined()) return {};
    constexpr double out_of_sight = 3e38;
    return ((attention_mask.to(at::kFloat) - 1.0) * out_of_sight).to(dtype).unsqueeze(1).unsqueeze(1);
}

VideoStream::VideoStream(const Weights& w, const Config& config)
    : weights_(w), causal_time_(config.causal_time), in_(w / "patchify_proj"), out_(w / "proj_out"),
      table_(w["scale_shift_table"]), still_mark_(w.maybe("keyframes_abs_pos_embedding")) {}

Tensor VideoStream::marked(const Tensor& x, const VideoTokens& tokens, int64_t guides) const {
    if (!still_mark_) return x;
    Tensor is_still = tokens.spans.select(1, 0).select(-1, 0).eq(0.0);  // [batch or 1, tokens]
    if (guides > 0) is_still = at::cat({is_still.slice(1, 0, -guides), at::zeros_like(is_still.slice(1, -guides))}, 1);
    return x + is_still.unsqueeze(-1).to(x.scalar_type()) * still_mark_.like(x);
}

VideoTokens VideoStream::enter(const Tensor& latent, const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    VideoTokens tokens{.x = cells_of(latent),
                       .spans = cell_spans(latent.sizes(), causal_time_, latent.device()),
                       .times = {},
                       .guide_attention = std::nullopt,
                       .shape = latent.sizes().vec(),
                       .kept = {}};
    const Tensor mask = input.find("denoise_mask"), guide_spans = input.find(guide_spans_name);
    Tensor times = input.timestep;
    if (mask.defined()) times = cells_of(mask).squeeze(-1) * input.timestep.unsqueeze(1);  // [batch, cells]
    int64_t guide_tokens = 0;
    if (guide_spans.defined() && guide_spans.size(2) > 0) {
        if (!mask.defined()) throw UserError("the conditioning has guides, but the latent has no noise mask");
        require_whole_frames(guide_spans, latent.sizes());
        tokens.kept = cells_of(mask)[0].squeeze(-1).ge(0.0);
        const Tensor chosen = tokens.kept.nonzero().squeeze(1);
        tokens.x = tokens.x.index_select(1, chosen);
        times = times.index_select(1, chosen);
        const Tensor guides_kept = tokens.kept.slice(0, -guide_spans.size(2));
        const Tensor spans =
            guide_spans.index_select(2, guides_kept.nonzero().squeeze(1)).to(latent.device(), at::kFloat);
        guide_tokens = spans.size(2);
        tokens.spans = tokens.spans.index_select(2, chosen);
        tokens.spans = at::cat(
            {tokens.spans.slice(2, 0, chosen.size(0) - guide_tokens).expand({spans.size(0), -1, -1, -1}), spans}, 2);
        if (const auto guides = input.attached.find(guides_name); guide_tokens > 0 && guides != input.attached.end())
            tokens.guide_attention =
                guide_attention(dynamic_cast<const Guides&>(*guides->second), guides_kept, chosen.size(0), dtype);
    }
    tokens.times = TokenTimes::of(times);
    tokens.x = marked(in_(tokens.x.to(dtype)), tokens, guide_tokens);
    const double seconds_per_frame = 1.0 / input.find("frame_rate").item<double>();
    tokens.spans = at::cat({tokens.spans.slice(1, 0, 1) * seconds_per_frame, tokens.spans.slice(1, 1)}, 1);
    return tokens;
}

Tensor VideoStream::leave(const Tensor& x, const TimeValues& time, const VideoTokens& tokens) const {
    Tensor cells = finished(x, table_, time, out_).to(at::kFloat);
    if (tokens.kept.defined()) {
        Tensor whole = at::zeros({cells.size(0), tokens.kept.size(0), cells.size(2)}, cells.options());
        whole.index_copy_(1, tokens.kept.nonzero().squeeze(1), cells);
        cells = whole;
    }
    return cells.transpose(1, 2).unflatten(2, at::IntArrayRef(tokens.shape).slice(2)).contiguous();
}

}  // namespace easel::inference::ltxv
