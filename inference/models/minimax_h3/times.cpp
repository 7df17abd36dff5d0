#include "inference/models/minimax_h3/times.hpp"

#include "inference/sampling/stream_flow.hpp"

#include <ATen/ops/_unique.h>
#include <ATen/ops/searchsorted.h>

#include <algorithm>

namespace easel::inference::minimax_h3 {
namespace {

// Kinds of tokens, in the order of the tables.
enum Kind : int64_t { of_pictures, of_words, of_sounds, kinds };

Kind kind_of(Part part) {
    if (part == Part::text) return of_words;
    return part == Part::sound || part == Part::followed_sound ? of_sounds : of_pictures;
}

// The times of the tokens of a stream under `mask`. Where they are all the same that is the stream's time.
Tensor masked_times(const Tensor& mask, double sigma, double latest, double& of_stream, std::vector<double>& all) {
    if (!mask.defined()) return {};
    const Tensor times = (1.0 - mask * sigma).clamp_max(latest).to(at::kFloat);
    const Tensor distinct = std::get<0>(at::_unique(times)).cpu();
    for (int64_t i = 0; i < distinct.size(0); ++i)
        all.push_back(distinct[i].item<double>());
    if (distinct.size(0) > 1) return times;
    of_stream = all.back();
    return {};
}

// The runs of tokens of one kind; `row` is that of the kinds' first.
Steering runs_of_text(const Segment& text, const Tensor& tags, int64_t row) {
    const int64_t count = text.end - text.begin;
    Steering runs;
    for (int64_t i = 0; i < count; ++i) {
        const bool is_tagged = tags.defined() && i < tags.size(0);
        const int64_t own = row + (is_tagged ? tags[i].item<int64_t>() : int64_t{of_words});
        const int64_t at = text.begin + i;
        if (runs.empty() || runs.back().row != own) runs.push_back({.begin = at, .end = at, .row = own});
        ++runs.back().end;
    }
    return runs;
}

}  // namespace

double Times::of(Part part) const {
    switch (part) {
    case Part::text:
        return text;
    case Part::video:
        return video;
    case Part::sound:
        return sound;
    case Part::followed_video:
        return followed_video;
    case Part::followed_sound:
        break;
    }
    return followed_sound;
}

int64_t Times::index(double time) const { return std::ranges::lower_bound(all, time) - all.begin(); }

Tensor Times::indices(const Tensor& times) const {
    const Tensor known = at::tensor(all, at::kDouble).to(at::kFloat).to(times.device());
    return at::searchsorted(known, times);
}

Times times_of(const Layout& layout, const TokenMasks& masks, float sigma, Shifts shifts) {
    Times times;
    times.text = times.video = static_cast<double>(1.0F - sigma);
    times.sound = static_cast<double>(1.0F - level_in_other_schedule(sigma, shifts.video, shifts.sound));
    times.followed_video = std::max(times.video, followed_video_time);
    times.followed_sound = std::max(times.sound, followed_sound_time);
    times.all = {times.video, times.sound};
    for (const Segment& segment : layout.segments)
        if (segment.part != Part::text) times.all.push_back(times.of(segment.part));
    const double sound_sigma = 1.0 - times.sound;
    times.of_video = masked_times(masks.video, double{sigma}, times.followed_video, times.video, times.all);
    times.of_sound = masked_times(masks.sound, sound_sigma, times.followed_sound, times.sound, times.all);
    std::ranges::sort(times.all);
    times.all.erase(std::ranges::unique(times.all).begin(), times.all.end());
    return times;
}

Steering steering_of(const Layout& layout, const Times& times, const Tensor& tags) {
    Steering steering;
    for (const Segment& segment : layout.segments) {
        const int64_t row = times.index(times.of(segment.part)) * kinds;
        if (segment.part == Part::text) {
            std::ranges::copy(runs_of_text(segment, tags, row), std::back_inserter(steering));
            continue;
        }
        Steered steered = finish_of(segment, times);
        steered.row = row + kind_of(segment.part);
        if (steered.rows.defined()) steered.rows = steered.rows * int64_t{kinds} + int64_t{kind_of(segment.part)};
        steering.push_back(steered);
    }
    return steering;
}

Steered finish_of(const Segment& made, const Times& times) {
    Steered steered{.begin = made.begin, .end = made.end, .row = times.index(times.of(made.part))};
    const Tensor& each = made.part == Part::video   ? times.of_video
                         : made.part == Part::sound ? times.of_sound
                                                    : Tensor();
    if (each.defined()) steered.rows = times.indices(each);
    return steered;
}

}  // namespace easel::inference::minimax_h3
