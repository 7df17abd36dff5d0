#include "inference/models/seedvr/transformer.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/timestep_embedding.hpp"

#include <numbers>
#include <string>

namespace easel::inference::seedvr {
namespace {

constexpr int64_t head_size = 128, patch = 2, latent_channels = 16;
constexpr int64_t time_waves = 256;
constexpr int64_t dim_of_large = 3072;
constexpr double eps = 1e-5;
constexpr int64_t pixel_pairs = 10;  // that the 7B model turns along each axis
constexpr double highest_pixel_frequency = 128.0;

Tensor normed(const Tensor& x) { return at::rms_norm(x, {x.size(-1)}, {}, eps); }

// The part of a layer for one side, which both sides may share.
Weights side_of(const Weights& w, std::string_view side) { return w.has_part("all") ? w / "all" : w / side; }

// `x` [heads, tokens, size] turned as far as the table reaches.
Tensor turned(const Tensor& x, const Rope& rope) {
    const int64_t turning = rope.cos.size(1) * 2;
    const Tensor part = rotate_pairs(x.narrow(-1, 0, turning).unsqueeze(0), rope).squeeze(0);
    return at::cat({part, x.slice(-1, turning)}, -1);
}

// Angles of cells, the frequencies of each axis behind each other. `axes` are positions, each [count].
Rope cell_rope(const std::array<Tensor, 3>& axes, const Tensor& frequencies) {
    const int64_t frames = axes[0].size(0), rows = axes[1].size(0), columns = axes[2].size(0);
    std::vector<Tensor> angles;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        std::array<int64_t, 4> shape{1, 1, 1, -1};
        shape[axis] = axes[axis].size(0);
        const Tensor own = (axes[axis].unsqueeze(1) * frequencies).view(shape);
        angles.push_back(own.expand({frames, rows, columns, -1}));
    }
    const Tensor all = at::cat(angles, -1).flatten(0, 2);
    return {.cos = all.cos(), .sin = all.sin()};
}

Tensor as_heads(const Tensor& x, int64_t heads) { return x.view({x.size(0), heads, -1}).transpose(0, 1); }

}  // namespace

Transformer::Part::Part(const Weights& w, std::string_view side, bool has_feed_forward)
    : qkv(side_of(w / "attn" / "proj_qkv", side)), out(side_of(w / "attn" / "proj_out", side)),
      q_norm(side_of(w / "attn" / "norm_q", side), eps), k_norm(side_of(w / "attn" / "norm_k", side), eps) {
    if (!has_feed_forward) return;
    const Weights own = side_of(w / "mlp", side), ada = side_of(w / "ada", side);
    if (own.has_part("proj_in_gate")) gate.emplace(own / "proj_in_gate");
    in = Linear(own / "proj_in");
    back = Linear(own / "proj_out");
    attention = {ada["attn_shift"], ada["attn_scale"], ada["attn_gate"]};
    feed_forward = {ada["mlp_shift"], ada["mlp_scale"], ada["mlp_gate"]};
}

Tensor Transformer::Part::fed(const Tensor& x) const {
    return back(gate ? at::silu((*gate)(x)) * in(x) : at::gelu(in(x), "tanh"));
}

Transformer::Transformer(const Weights& w)
    : weights_(w), is_large_(w["vid_in.proj.weight"].size(0) == dim_of_large), in_(w / "vid_in" / "proj"),
      out_(w / "vid_out" / "proj"), time_in_(w / "emb_in" / "proj_in"), time_middle_(w / "emb_in" / "proj_hid"),
      time_out_(w / "emb_in" / "proj_out") {
    if (w.has_part("txt_in")) text_in_.emplace(w / "txt_in");
    const int64_t count = w.count("blocks");
    for (int64_t i = 0; i < count; ++i) {
        const Weights own = w / "blocks" / i;
        const bool ends_text = i == count - 1 && !is_large_;
        blocks_.push_back({.video = Part(own, "vid", true),
                           .text = Part(own, "txt", !ends_text),
                           .frequencies = own.maybe("attn.rope.rope.freqs"),
                           .ends_text = ends_text});
    }
    if (w.has_part("vid_out_norm")) {
        out_norm_.emplace(w / "vid_out_norm", eps);
        out_modulation_ = {w["vid_out_ada.out_shift"], w["vid_out_ada.out_scale"], {}};
    }
}

void Transformer::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (const auto found = condition.extra.find("condition"); found != condition.extra.end())
        input.extra["condition"] = found->second;
}

std::size_t Transformer::activation_bytes(at::IntArrayRef latent) const {
    const auto cells = static_cast<std::size_t>(latent[0] * latent[2] * latent[3] * latent[4] / (patch * patch));
    return cells * static_cast<std::size_t>(in_.out_features()) * 24 * c10::elementSize(weights_.compute_dtype());
}

Tensor Transformer::positive() const { return weights_["positive_conditioning"].as(at::kFloat).unsqueeze(0); }
Tensor Transformer::negative() const { return weights_["negative_conditioning"].as(at::kFloat).unsqueeze(0); }

Transformer::Time Transformer::embedded(const Tensor& timestep) const {
    const Tensor waves = timestep_embedding(timestep, time_waves).roll(time_waves / 2, 1);  // sines first
    const Tensor x = time_in_(waves.to(weights_.compute_dtype()));
    const Tensor all = time_out_(at::silu(time_middle_(at::silu(x)))).view({-1, 2, 3});  // [dim, layer, kind]
    Time time;
    for (int64_t layer = 0; layer < 2; ++layer)
        for (int64_t kind = 0; kind < 3; ++kind)
            time[static_cast<std::size_t>(layer)][static_cast<std::size_t>(kind)] =
                all.select(1, layer).select(1, kind).contiguous();
    return time;
}

// The 3B model counts cells on from the text's tokens, the 7B model from one side of the window to the other.
Transformer::Places Transformer::places(const Window& window, int64_t tokens, const Tensor& frequencies) const {
    const at::TensorOptions options = frequencies.options();
    if (is_large_) {
        const auto axis = [&](std::size_t n) { return at::linspace(-1.0, 1.0, window[n].size(), options); };
        return {.video = cell_rope({axis(0), axis(1), axis(2)}, frequencies), .text = {}};
    }
    const auto axis = [&](std::size_t n) { return at::arange(window[n].size(), options); };
    const Tensor of_text = (at::arange(tokens, options).unsqueeze(1) * frequencies).repeat({1, 3});
    return {.video = cell_rope({axis(0) + static_cast<double>(tokens), axis(1), axis(2)}, frequencies),
            .text = {.cos = of_text.cos(), .sin = of_text.sin()}};
}

// Each window's cells and the text see each other; the text gets the mean of what it sees in all windows.
Transformer::Streams Transformer::attended(const Block& block, const Streams& x, const std::array<int64_t, 3>& size,
                                           Shift shift) const {
    const int64_t dim = block.video.qkv.out_features() / 3, heads = dim / head_size, tokens = x.text.size(0);
    const Tensor video = block.video.qkv(x.video).view({size[0], size[1], size[2], 3, dim});
    const auto text = block.text.qkv(x.text).chunk(3, -1);
    const Tensor text_q = block.text.q_norm(as_heads(text[0], heads)), text_v = as_heads(text[2], heads);
    const Tensor text_k = block.text.k_norm(as_heads(text[1], heads));
    const at::TensorOptions floats = x.video.options().dtype(at::kFloat);
    // As in the reference, those of the first block with windows like these.
    const Weight& own_frequencies = blocks_[shift == Shift::none || blocks_.size() == 1 ? 0 : 1].frequencies;
    const Tensor frequencies =
        is_large_ ? at::linspace(1.0, highest_pixel_frequency, pixel_pairs, floats) * std::numbers::pi
        : own_frequencies
            ? own_frequencies.as(at::kFloat, x.video.device())
            : 1.0 / at::pow(10000.0, at::arange(0, head_size / 3, 2, floats) / static_cast<double>(head_size / 3));

    Tensor seen = at::empty({size[0], size[1], size[2], dim}, x.video.options());
    Tensor text_seen = at::zeros({tokens, dim}, x.text.options());
    const auto all = windows(size, shift);
    for (const Window& window : all) {
        const auto cells_of = [&](const Tensor& whole) {
            return whole.slice(0, window[0].begin, window[0].end)
                .slice(1, window[1].begin, window[1].end)
                .slice(2, window[2].begin, window[2].end);
        };
        const auto parts = cells_of(video).reshape({-1, 3, dim}).unbind(1);
        const Places where = places(window, tokens, frequencies);
        const Tensor q = turned(block.video.q_norm(as_heads(parts[0], heads)), where.video);
        const Tensor k = turned(block.video.k_norm(as_heads(parts[1], heads)), where.video);
        const auto placed = [&](const Tensor& own) { return is_large_ ? own : turned(own, where.text); };
        const auto joined = [](const Tensor& cells, const Tensor& words) {
            return at::cat({cells, words}, 1).unsqueeze(0);
        };
        const Tensor out = merge_heads(attention(joined(q, placed(text_q)), joined(k, placed(text_k)),
                                                 joined(as_heads(parts[2], heads), text_v)))
                               .squeeze(0);
        Tensor part = cells_of(seen);
        part.copy_(out.slice(0, 0, out.size(0) - tokens).view(part.sizes()));
        text_seen += out.slice(0, out.size(0) - tokens);
    }
    return {.video = block.video.out(seen.flatten(0, 2)),
            .text = block.text.out(text_seen / static_cast<double>(all.size()))};
}

Transformer::Streams Transformer::run(const Block& block, const Streams& x, const Time& time,
                                      const std::array<int64_t, 3>& size, Shift shift) const {
    const auto entering = [](const Tensor& own, const Modulation& modulation, const std::array<Tensor, 3>& by) {
        return own * (by[1] + modulation.scale.like(own)) + (by[0] + modulation.shift.like(own));
    };
    const auto leaving = [](const Tensor& own, const Modulation& modulation, const std::array<Tensor, 3>& by) {
        return own * (by[2] + modulation.gate.like(own));
    };
    const bool steers_text = !block.ends_text;
    Streams y{.video = entering(normed(x.video), block.video.attention, time[0]), .text = normed(x.text)};
    if (steers_text) y.text = entering(y.text, block.text.attention, time[0]);
    y = attended(block, y, size, shift);
    y.video = x.video + leaving(y.video, block.video.attention, time[0]);
    y.text = x.text + (steers_text ? leaving(y.text, block.text.attention, time[0]) : y.text);
    const auto fed = [&](const Part& part, const Tensor& own) {
        return own + leaving(part.fed(entering(normed(own), part.feed_forward, time[1])), part.feed_forward, time[1]);
    };
    return {.video = fed(block.video, y.video), .text = steers_text ? fed(block.text, y.text) : y.text};
}

// One video: `x` [16, frames, h, w], `condition` [17, frames, h, w], `text` [tokens, dim].
Tensor Transformer::restored(const Tensor& x, const Tensor& condition, const Tensor& text,
                             const Tensor& timestep) const {
    const std::array<int64_t, 3> size{x.size(1), x.size(2) / patch, x.size(3) / patch};
    const Tensor cells = at::cat({x, condition}, 0)
                             .unflatten(3, {size[2], patch})
                             .unflatten(2, {size[1], patch})  // [channels, frames, rows, 2, columns, 2]
                             .permute({1, 2, 4, 3, 5, 0})
                             .reshape({size[0] * size[1] * size[2], -1});
    const at::ScalarType dtype = weights_.compute_dtype();
    Streams y{.video = in_(cells.to(dtype)), .text = text.to(dtype)};
    if (text_in_) y.text = (*text_in_)(y.text);
    const Time time = embedded(timestep);
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        y = run(blocks_[i], y, time, size, i % 2 == 0 ? Shift::none : Shift::half);
    Tensor out = y.video;
    if (out_norm_) {
        // As in the reference, which remembers the first layer's embedding, that of attention steers this as well.
        out = (*out_norm_)(out);
        out = out * (time[0][1] + out_modulation_.scale.like(out)) + (time[0][0] + out_modulation_.shift.like(out));
    }
    return out_(out)
        .view({size[0], size[1], size[2], patch, patch, -1})
        .permute({5, 0, 1, 3, 2, 4})
        .reshape({-1, x.size(1), x.size(2), x.size(3)})
        .to(at::kFloat);
}

Tensor Transformer::predict(const NetworkInput& input) const {
    const Tensor condition = input.find("condition");
    if (!condition.defined())
        throw NamedError("ValueError", "SeedVR2 restores a latent; give it conditions of SeedVR2Conditioning");
    if (input.x.dim() != 5 || input.x.size(1) != latent_channels ||
        condition.sizes().slice(2) != input.x.sizes().slice(2))
        throw NamedError("ValueError",
                         "the latent that SeedVR2 samples and the one of SeedVR2Conditioning differ in shape");
    if (input.x.size(3) % patch != 0 || input.x.size(4) % patch != 0)
        throw NamedError("ValueError", "SeedVR2 needs pictures whose sides are multiples of 16; use SeedVR2Preprocess");
    std::vector<Tensor> videos;
    for (int64_t i = 0; i < input.x.size(0); ++i) {
        const Tensor text = input.context.defined() ? input.context[i] : positive()[0];
        videos.push_back(restored(input.x[i], condition[i].to(input.x.options()), text.to(input.x.device()),
                                  input.timestep.narrow(0, i, 1)));
    }
    return at::stack(videos);
}

}  // namespace easel::inference::seedvr
