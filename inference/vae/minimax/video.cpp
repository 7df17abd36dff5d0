#include "inference/vae/minimax/video.hpp"

#include "base/error.hpp"
#include "inference/vae/minimax/tiles.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace easel::inference {
namespace {

using minimax_vae::Decoder;

constexpr int64_t clip_frames = 17, clip_cells = 5;  // of a piece
constexpr int64_t cells_over = 3;                    // the last cells of a video, which stand for no frames
constexpr int64_t shared_cells = 2;                  // of the next piece, decoded with each
constexpr int64_t early_frames = 3;                  // of what is decoded: those before the first real one
constexpr int64_t shared_frames = shared_cells * Decoder::frames - early_frames;
constexpr int64_t least_side = 32;

constexpr std::array<float, 3> colour_mean{0.485F, 0.456F, 0.406F}, colour_deviation{0.229F, 0.224F, 0.225F};

// Where the file does not bring its own. (comfy.ldm.minimax.vae)
constexpr std::array<float, 24> usual_mean{
    0.858090341091156F,    -0.9606591463088989F,  1.0661640167236328F,   -0.5090325474739075F, -0.2727581858634949F,
    -1.3675414323806763F,  -0.2553254961967468F,  -0.26907554268836975F, -0.5376840829849243F, -0.0464097298681736F,
    0.6657370328903198F,   0.19690127670764923F,  -0.5460608005523682F,  -0.4035342037677765F, -0.23683024942874908F,
    0.25928452610969543F,  -0.30133944749832153F, 0.211341992020607F,    -1.1206848621368408F, 0.3581933379173279F,
    -0.04225143790245056F, 0.2604829967021942F,   0.22864092886447906F,  0.7056031823158264F};
constexpr std::array<float, 24> usual_deviation{
    1.2223774194717407F,  1.2767263650894165F,  1.68317747116088865F, 1.7549455165863037F,  1.5636216402053833F,
    2.194143533706665F,   0.96531379222869875F, 1.05698859691619875F, 0.841948926448822F,   0.7729952931404114F,
    1.8955937623977661F,  0.946841835975647F,   0.7996809482574463F,  0.44988900423049925F, 0.7197399735450745F,
    0.69362932443618775F, 2.961095094680786F,   2.7694199085235595F,  3.0496184825897215F,  2.1088054180145265F,
    3.276226282119751F,   3.1627357006073F,     2.28168129920959475F, 2.6127843856811525F};

template <std::size_t count>
Tensor by_channel(const std::array<float, count>& numbers, const Tensor& like) {
    return at::tensor(at::ArrayRef<float>(numbers), at::kFloat).view({1, -1, 1, 1, 1}).to(like.device());
}

// A last frame or cell once more, so often.
Tensor held(const Tensor& x, int64_t times) {
    if (times <= 0) return x;
    return at::cat({x, x.narrow(2, x.size(2) - 1, 1).expand({-1, -1, times, -1, -1})}, 2);
}

// How many frames the `count` cells behind the first `before` ones stand for.
int64_t frames_of_cells(int64_t before, int64_t count) {
    int64_t frames = 0;
    for (int64_t cell = before; cell < before + count; ++cell)
        frames += cell % clip_cells == 0 ? clip_frames % Decoder::frames : Decoder::frames;
    return frames;
}

}  // namespace

AutoencoderMinimaxVideo::AutoencoderMinimaxVideo(const Weights& w)
    : weights_(w), encoder_(w / "encoder"), decoder_(w / "decoder"), before_(w / "quant_conv"),
      after_(w / "post_quant_conv") {}

AutoencoderMinimaxVideo::Statistics AutoencoderMinimaxVideo::statistics(const Tensor& like) const {
    const auto own = [&](const char* name, const auto& usual) {
        const Weight weight = weights_.maybe(name);
        return weight ? weight.like(like).view({1, -1, 1, 1, 1}) : by_channel(usual, like).to(like.scalar_type());
    };
    return {.mean = own("latents_mean", usual_mean), .deviation = own("latents_std", usual_deviation)};
}

Tensor AutoencoderMinimaxVideo::seen(const Tensor& pixels) const {
    const Tensor x = pixels.to(weights_.device(), weights_.compute_dtype());
    const auto as_pixels = [&](const auto& numbers) { return by_channel(numbers, x).to(x.scalar_type()); };
    return ((x + 1.0) * 0.5 - as_pixels(colour_mean)) / as_pixels(colour_deviation);
}

Tensor AutoencoderMinimaxVideo::shown(const Tensor& made) const {
    const Tensor shares = made.to(at::kFloat) * by_channel(colour_deviation, made) + by_channel(colour_mean, made);
    return shares.clamp(0.0, 1.0) * 2.0 - 1.0;
}

Tensor AutoencoderMinimaxVideo::moments(const Tensor& pixels) const {
    return minimax_vae::in_tiles(seen(pixels), 1, Decoder::patch,
                                 [&](const Tensor& tile) { return before_(encoder_(tile)); });
}

Tensor AutoencoderMinimaxVideo::encode(const Tensor& pixels) const {
    if (pixels.size(3) < least_side || pixels.size(4) < least_side)
        throw UserError("MiniMax H3's autoencoder takes pictures of 32 by 32 pixels or more, this one has " +
                        std::to_string(pixels.size(4)) + " by " + std::to_string(pixels.size(3)));
    std::vector<Tensor> pieces;
    const int64_t frames = pixels.size(2);
    if (frames == 1) {
        pieces.push_back(moments(pixels));
    } else {
        for (int64_t first = 0; first < frames; first += clip_frames) {
            const Tensor clip = pixels.slice(2, first, std::min(frames, first + clip_frames));
            pieces.push_back(moments(held(clip, clip_frames - clip.size(2))));
        }
    }
    Tensor all = at::cat(pieces, 2).to(at::kFloat);
    if (frames > 1) all = all.narrow(2, 0, all.size(2) - cells_over);
    const Tensor mean = all.narrow(1, 0, all.size(1) / 2);  // then come the log variances
    const Statistics usual = statistics(mean);
    return ((mean - usual.mean) / usual.deviation).contiguous();
}

Tensor AutoencoderMinimaxVideo::made_of(const Tensor& latent) const {
    return minimax_vae::in_tiles(latent, Decoder::patch, 1, [&](const Tensor& tile) { return decoder_(after_(tile)); });
}

// Piece after piece; the first frames of each pass over from what the piece before it made of the same cells.
Tensor AutoencoderMinimaxVideo::pieces_of(const Tensor& latent) const {
    const int64_t cells = latent.size(2);
    int64_t further = (clip_cells - (cells + cells_over) % clip_cells) % clip_cells;
    int64_t count = (cells + cells_over + further) / clip_cells - 1;
    if (count < 1) {
        further += clip_cells;
        count = 1;
    }
    const Tensor whole = held(latent, further);
    std::vector<Tensor> pieces;
    Tensor shared;
    for (int64_t i = 0; i < count; ++i) {
        const int64_t first = i * clip_cells;
        const Tensor made = made_of(whole.slice(2, first, std::min(whole.size(2), first + clip_cells + shared_cells)));
        Tensor own = made.slice(2, early_frames, clip_cells * Decoder::frames);
        if (shared.defined()) own = minimax_vae::passing_over(shared, own, shared_frames, 2);
        pieces.push_back(shown(own).to(at::kCPU));
        shared = made.slice(2, clip_cells * Decoder::frames + early_frames).clone();
    }
    pieces.push_back(shown(shared).to(at::kCPU));
    const Tensor video = at::cat(pieces, 2);
    return video.narrow(2, 0, video.size(2) - frames_of_cells(cells, further));
}

Tensor AutoencoderMinimaxVideo::decode(const Tensor& latent) const {
    const Tensor cells = latent.to(weights_.device(), weights_.compute_dtype());
    const Statistics usual = statistics(cells);
    const Tensor unscaled = cells * usual.deviation + usual.mean;
    if (unscaled.size(2) > 1) return pieces_of(unscaled);
    const Tensor made = made_of(unscaled);
    return shown(made.narrow(2, made.size(2) - 1, 1));
}

}  // namespace easel::inference
