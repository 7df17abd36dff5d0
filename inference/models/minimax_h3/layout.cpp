#include "inference/models/minimax_h3/layout.hpp"

#include "inference/layers/patches.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::minimax_h3 {
namespace {

constexpr int64_t token_side = 2;            // cells of a video's token
constexpr double time_of_frame = 5.0 / 3.0;  // where a moment of sound is 1
constexpr double extent = 32.0;              // of a square picture

// Columns or rows of a picture's tokens: `extent` around the middle for a side as long as the root of its area.
Tensor along(int64_t cells, double mean_side) {
    const double ratio = static_cast<double>(cells) / mean_side;
    const int64_t count = cells / token_side;
    return (at::arange(count, at::kDouble) * (ratio / static_cast<double>(count)) + (1.0 - ratio) / 2.0) * extent;
}

// [tokens, 2]: row and column of the tokens of one frame.
struct Frame {
    Tensor places;
    double left, right;  // the first and the last column

    Frame(int64_t height, int64_t width) {
        const double mean_side = std::sqrt(static_cast<double>(height * width));
        const Tensor rows = along(height, mean_side), columns = along(width, mean_side);
        const auto grid = {rows.size(0), columns.size(0)};
        places = at::stack({rows.unsqueeze(1).expand(grid).flatten(), columns.unsqueeze(0).expand(grid).flatten()}, 1);
        left = columns[0].item<double>();
        right = columns[-1].item<double>();
    }
    explicit Frame(at::IntArrayRef video) : Frame(video[3], video[4]) {}
};

Tensor video_positions(int64_t cells, const Frame& frame, double begin) {
    std::vector<double> times;
    for (int64_t cell = 0; cell < cells; ++cell)
        times.push_back(begin + time_of_frame * static_cast<double>(frames_of(cell)));
    const int64_t count = frame.places.size(0);
    const Tensor time = at::tensor(times, at::kDouble).repeat_interleave(count).unsqueeze(1);
    return at::cat({time, frame.places.repeat({cells, 1})}, 1);
}

// The channels of a sound are at the edges of the picture.
Tensor sound_positions(int64_t moments, const Frame& frame, double begin) {
    const Tensor time = (at::arange(moments, at::kDouble) + begin).repeat({2});
    const Tensor column = at::tensor({frame.left, frame.right}, at::kDouble).repeat_interleave(moments);
    return at::stack({time, at::zeros_like(time), column}, 1);
}

double time_of(int64_t cells) { return time_of_frame * static_cast<double>(frames_of(cells)); }

// How much time a reference takes before what is made begins. A picture is no film of one frame: it takes 1.
double span_of(const Followed& reference) {
    const double heard = reference.sound.defined() ? static_cast<double>(reference.sound.size(-1)) : 0.0;
    if (!reference.video.defined()) return heard;
    const int64_t cells = reference.video.size(2);
    return cells == 1 && !reference.sound.defined() ? 1.0 : std::max(heard, time_of(cells));
}

class Builder {
public:
    void text(int64_t tokens) {
        const Tensor time = at::arange(tokens, at::kDouble);
        add(Part::text, at::stack({time, at::zeros_like(time), at::zeros_like(time)}, 1));
    }
    void follow_video(const Tensor& latent, const Frame& frame, double begin) {
        add(Part::followed_video, video_positions(latent.size(2), frame, begin));
        layout_.followed_video.push_back(latent);
    }
    void follow_sound(const Tensor& latent, const Frame& frame, double begin) {
        add(Part::followed_sound, sound_positions(latent.size(-1), frame, begin));
        layout_.followed_sound.push_back(latent);
    }
    void add(Part part, const Tensor& positions) {
        const int64_t begin = layout_.segments.empty() ? 0 : layout_.tokens();
        layout_.segments.push_back({.part = part, .begin = begin, .end = begin + positions.size(0)});
        positions_.push_back(positions);
    }
    Layout finished() {
        layout_.positions = at::cat(positions_);
        return std::move(layout_);
    }

private:
    Layout layout_;
    std::vector<Tensor> positions_;
};

}  // namespace

Layout lay_out(int64_t text, at::IntArrayRef video, at::IntArrayRef sound, const std::vector<Guide>& guides,
               const std::vector<Followed>& references) {
    const Frame own(video);
    Builder builder;
    builder.text(text);
    double begin = static_cast<double>(text);  // of what is made: behind the references
    for (const Followed& reference : references)
        begin += span_of(reference);

    for (const Guide& guide : guides) {
        const double time = begin + time_of_frame * static_cast<double>(guide.frame);
        if (guide.what.video.defined()) builder.follow_video(guide.what.video, own, time);
        if (guide.what.sound.defined()) builder.follow_sound(guide.what.sound, own, time);
    }
    double time = static_cast<double>(text);
    for (const Followed& reference : references) {
        const Frame frame = reference.video.defined() ? Frame(reference.video.sizes()) : own;
        if (reference.sound.defined()) builder.follow_sound(reference.sound, frame, time);
        if (reference.video.defined()) builder.follow_video(reference.video, frame, time);
        time += span_of(reference);
    }
    builder.add(Part::sound, sound_positions(sound.back(), own, begin));
    builder.add(Part::video, video_positions(video[2], own, begin));
    return builder.finished();
}

Tensor video_rows(const Tensor& video) {
    const Tensor frames = padded_to_patches(video.select(0, 0).transpose(0, 1), token_side);
    return to_patches(frames, token_side, PatchOrder::channels_first).flatten(0, 1);
}

Tensor video_of(const Tensor& rows, at::IntArrayRef shape) {
    const auto tokens = [](int64_t cells) { return (cells + token_side - 1) / token_side; };
    const int64_t height = tokens(shape[3]), width = tokens(shape[4]);
    const Tensor frames =
        from_patches(rows.view({shape[2], height * width, -1}), height, width, token_side, PatchOrder::channels_first);
    return frames.slice(2, 0, shape[3]).slice(3, 0, shape[4]).transpose(0, 1).unsqueeze(0);
}

Tensor sound_rows(const Tensor& sound) { return sound.select(0, 0).permute({1, 2, 0}).flatten(0, 1); }

Tensor sound_of(const Tensor& rows) { return rows.view({2, -1, rows.size(1)}).permute({2, 0, 1}).unsqueeze(0); }

}  // namespace easel::inference::minimax_h3
