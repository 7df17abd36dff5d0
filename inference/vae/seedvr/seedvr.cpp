#include "inference/vae/seedvr/seedvr.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace easel::inference {
namespace seedvr_vae {
namespace {

constexpr double eps = 1e-6;

Tensor per_frame(const GroupNorm& norm, const Tensor& x) {
    const int64_t batch = x.size(0);
    return norm(x.transpose(1, 2).flatten(0, 1)).unflatten(0, {batch, -1}).transpose(1, 2);
}

}  // namespace

Tensor CausalConv::operator()(const Tensor& x, FrameMemory& memory) const {
    const int64_t kernel = weight.size(2), kept = kernel - stride[0];
    Tensor whole = x;
    if (kernel > 1) {
        const auto found = memory.find(this);
        const Tensor before =
            found == memory.end() ? x.slice(2, 0, 1).expand({-1, -1, kernel - 1, -1, -1}) : found->second;
        whole = at::cat({before, x}, 2);
        memory[this] = whole.slice(2, whole.size(2) - kept).clone();
    }
    const int64_t margin = pads_space ? weight.size(3) / 2 : 0;
    const std::array<int64_t, 3> padding{0, margin, margin};
    return at::conv3d(whole, weight.like(x), bias.like(x), stride, padding);
}

Residual::Residual(const Weights& w)
    : norm1(w / "norm1", eps), norm2(w / "norm2", eps), conv1(w / "conv1"), conv2(w / "conv2") {
    if (w.has_part("conv_shortcut")) shortcut.emplace(w / "conv_shortcut");
}

Tensor Residual::operator()(const Tensor& x, FrameMemory& memory) const {
    const Tensor y = conv1(at::silu(per_frame(norm1, x)), memory);
    return (shortcut ? (*shortcut)(x, memory) : x) + conv2(at::silu(per_frame(norm2, y)), memory);
}

Attention::Attention(const Weights& w)
    : norm(w / "group_norm", eps), q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0) {}

Tensor Attention::operator()(const Tensor& x) const {
    const Tensor frames = x.transpose(1, 2).flatten(0, 1);         // [batch * frames, channels, h, w]
    const Tensor cells = norm(frames).flatten(2).transpose(1, 2);  // [batch * frames, h * w, channels]
    const Tensor seen = out(attention(q(cells), k(cells), v(cells), 1)).transpose(1, 2).reshape(frames.sizes());
    return x + seen.unflatten(0, {x.size(0), -1}).transpose(1, 2);
}

Stage::Stage(const Weights& w) {
    residuals = blocks_of<Residual>(w / "resnets");
    if (const Weights down = w / "downsamplers" / 0 / "conv"; !down.empty()) {
        shrink.emplace(down);
        shrink->stride = {shrink->weight.size(2) > 1 ? 2 : 1, 2, 2};
        shrink->pads_space = false;
    }
    if (const Weights up = w / "upsamplers" / 0; !up.empty()) {
        widen = up["upscale_conv.weight"];
        widen_bias = up["upscale_conv.bias"];
        after_widening.emplace(up / "conv");
    }
}

// Channels become space, and time where there are enough; the first frame stays one.
Tensor Stage::widened(const Tensor& x, bool is_start) const {
    const int64_t frames = widen.size(0) / widen.size(1) == 8 ? 2 : 1;
    const Tensor y = at::conv3d(x, widen.like(x), widen_bias.like(x));
    const int64_t channels = y.size(1) / (4 * frames);
    const Tensor large = y.view({y.size(0), 2, 2, frames, channels, y.size(2), y.size(3), y.size(4)})
                             .permute({0, 4, 5, 3, 6, 1, 7, 2})
                             .reshape({y.size(0), channels, y.size(2) * frames, y.size(3) * 2, y.size(4) * 2});
    return frames == 2 && is_start ? at::cat({large.slice(2, 0, 1), large.slice(2, 2)}, 2) : large;
}

Tensor Stage::operator()(const Tensor& x, FrameMemory& memory, bool is_start) const {
    Tensor y = x;
    for (const Residual& residual : residuals)
        y = residual(y, memory);
    if (shrink) y = (*shrink)(at::constant_pad_nd(y, {0, 1, 0, 1}), memory);
    return after_widening ? (*after_widening)(widened(y, is_start), memory) : y;
}

Middle::Middle(const Weights& w) : first(w / "resnets" / 0), second(w / "resnets" / 1) {
    if (w.has_part("attentions.0")) attention.emplace(w / "attentions" / 0);
}

Tensor Middle::operator()(const Tensor& x, FrameMemory& memory) const {
    const Tensor y = first(x, memory);
    return second(attention ? (*attention)(y) : y, memory);
}

Coder::Coder(const Weights& w, const char* stages_name)
    : in(w / "conv_in"), middle(w / "mid_block"), norm(w / "conv_norm_out", eps), out(w / "conv_out"),
      widens(stages_name == std::string_view("up_blocks")) {
    stages = blocks_of<Stage>(w / stages_name);
}

Tensor Coder::operator()(const Tensor& x, FrameMemory& memory, bool is_start) const {
    Tensor y = in(x, memory);
    if (widens) y = middle(y, memory);
    for (const Stage& stage : stages)
        y = stage(y, memory, is_start);
    if (!widens) y = middle(y, memory);
    return out(at::silu(per_frame(norm, y)), memory);
}

}  // namespace seedvr_vae

namespace {

constexpr double latent_scale = 0.9152;

// The first frame and `step` others, then `step` more each time.
Tensor in_pieces(const Tensor& x, int64_t step, const seedvr_vae::Coder& coder) {
    seedvr_vae::FrameMemory memory;
    std::vector<Tensor> pieces;
    for (int64_t first = 0; first < x.size(2);) {
        const int64_t end = std::min(x.size(2), first + step + (first == 0 ? 1 : 0));
        pieces.push_back(coder(x.slice(2, first, end), memory, first == 0).to(at::kFloat));
        first = end;
    }
    return at::cat(pieces, 2);
}

struct Tiles {
    int64_t height, width, overlap_y, overlap_x;  // in cells of the input
    double scale;                                 // output cells per input cell and side
};

int64_t scaled(int64_t cells, double scale) { return static_cast<int64_t>(static_cast<double>(cells) * scale); }

// How much each cell of a tile counts along a side: it fades where another tile goes on.
Tensor fade(int64_t length, int64_t overlap, bool at_begin, bool at_end) {
    Tensor weight = at::ones({length});
    const int64_t reach = std::max<int64_t>(0, std::min(overlap, length / 2));
    if (reach == 0) return weight;
    const Tensor ramp = 0.5 - 0.5 * at::cos(at::linspace(0, 1, reach) * std::numbers::pi);
    if (at_begin) weight.narrow(0, 0, reach).copy_(ramp);
    if (at_end) weight.narrow(0, length - reach, reach).copy_(1.0 - ramp);
    return weight;
}

// (comfy.ldm.seedvr.vae.tiled_vae)
Tensor in_tiles(const Tensor& x, const Tiles& tiles, const std::function<Tensor(const Tensor&)>& function) {
    const int64_t height = x.size(3), width = x.size(4);
    if (height <= tiles.height && width <= tiles.width) return function(x);
    Tensor sum, counts;
    for (int64_t y = 0; y < height; y += std::max<int64_t>(1, tiles.height - tiles.overlap_y)) {
        const int64_t bottom = std::min(y + tiles.height, height);
        if (y > 0 && bottom - y <= tiles.overlap_y) continue;
        for (int64_t left = 0; left < width; left += std::max<int64_t>(1, tiles.width - tiles.overlap_x)) {
            const int64_t right = std::min(left + tiles.width, width);
            if (left > 0 && right - left <= tiles.overlap_x) continue;
            const Tensor tile = function(x.slice(3, y, bottom).slice(4, left, right)).to(at::kCPU, at::kFloat);
            if (!sum.defined()) {
                const int64_t rows = static_cast<int64_t>(std::ceil(static_cast<double>(height) * tiles.scale));
                const int64_t columns = static_cast<int64_t>(std::ceil(static_cast<double>(width) * tiles.scale));
                sum = at::zeros({tile.size(0), tile.size(1), tile.size(2), rows, columns});
                counts = at::zeros({rows, columns});
            }
            const int64_t rows = tile.size(3), columns = tile.size(4);
            const Tensor weight =
                fade(rows, scaled(tiles.overlap_y, tiles.scale), y > 0, bottom < height).unsqueeze(1) *
                fade(columns, scaled(tiles.overlap_x, tiles.scale), left > 0, right < width);
            const int64_t top = scaled(y, tiles.scale), begin = scaled(left, tiles.scale);
            sum.narrow(3, top, rows).narrow(4, begin, columns) += tile * weight;
            counts.narrow(0, top, rows).narrow(1, begin, columns) += weight;
        }
    }
    return sum / counts.clamp_min(1e-6);
}

}  // namespace

AutoencoderSeedvr::AutoencoderSeedvr(const Weights& w)
    : weights_(w), encoder_(w / "encoder", "down_blocks"), decoder_(w / "decoder", "up_blocks") {}

Tensor AutoencoderSeedvr::prepare(const Tensor& x) const { return x.to(weights_.device(), weights_.compute_dtype()); }

Tensor AutoencoderSeedvr::encoded(const Tensor& pixels) const {
    return in_pieces(prepare(pixels), 4, encoder_).narrow(1, 0, latent_channels());  // then come the log variances
}

Tensor AutoencoderSeedvr::decoded(const Tensor& latent) const { return in_pieces(prepare(latent), 1, decoder_); }

Tensor AutoencoderSeedvr::encode(const Tensor& pixels) const { return encoded(pixels) * latent_scale; }

Tensor AutoencoderSeedvr::decode(const Tensor& latent) const { return decoded(latent / latent_scale); }

Tensor AutoencoderSeedvr::encode_tiled(const Tensor& pixels, const Tiling& tiling) const {
    const auto overlap = [&](int64_t tile) {
        return std::max<int64_t>(0, std::min({tiling.overlap, tile - 8, tile - 1}));
    };
    const Tiles tiles{.height = tiling.tile_height,
                      .width = tiling.tile_width,
                      .overlap_y = overlap(tiling.tile_height),
                      .overlap_x = overlap(tiling.tile_width),
                      .scale = 1.0 / static_cast<double>(downscale_ratio())};
    return in_tiles(pixels, tiles, [&](const Tensor& tile) { return encoded(tile); }) * latent_scale;
}

Tensor AutoencoderSeedvr::decode_tiled(const Tensor& latent, const Tiling& tiling) const {
    const int64_t cell = downscale_ratio();
    const auto overlap = [&](int64_t tile) {
        const int64_t pixels = std::min(tiling.overlap / cell * cell, std::max<int64_t>(0, tile / cell * cell - cell));
        return std::min(pixels / cell, std::max<int64_t>(1, tile / cell) - 1);
    };
    const Tiles tiles{.height = std::max<int64_t>(1, tiling.tile_height / cell),
                      .width = std::max<int64_t>(1, tiling.tile_width / cell),
                      .overlap_y = overlap(tiling.tile_height),
                      .overlap_x = overlap(tiling.tile_width),
                      .scale = static_cast<double>(cell)};
    return in_tiles(latent / latent_scale, tiles, [&](const Tensor& tile) { return decoded(tile); });
}

}  // namespace easel::inference
