#include "inference/models/wan/scail/colored_tracks.hpp"

#include "base/error.hpp"
#include "inference/vision/sam3/pieces.hpp"

#include <algorithm>
#include <numeric>
#include <string>

namespace easel::inference::wan {
namespace {

// Blue, red, green, magenta, cyan, yellow: those that the network was trained with.
Tensor palette() {
    return at::tensor({0.f, 0.f, 1.f, 1.f, 0.f, 0.f, 0.f, 1.f, 0.f, 1.f, 0.f, 1.f, 0.f, 1.f, 1.f, 1.f, 1.f, 0.f})
        .view({6, 3});
}

}  // namespace

ObjectTrack ordered(const ObjectTrack& track, std::string_view by) {
    if (by == "none" || track.objects() == 0) return track;
    if (by != "left_to_right" && by != "area") throw UserError("objects cannot be sorted by " + std::string(by));
    const Tensor masks = sam3::unpacked_masks(track.masks).to(at::kFloat);  // [frames, objects, h, w]
    const int64_t frames = masks.size(0), width = masks.size(3);
    const Tensor area = masks.sum({2, 3});  // [frames, objects]
    const Tensor middle = (masks.sum(2) * at::arange(width, at::kFloat)).sum(2) / area.clamp_min(1.0);
    const Tensor numbers = at::arange(frames, at::kLong).unsqueeze(1);
    const Tensor first = at::where(area.gt(0), numbers, frames).amin(0);  // [objects]; `frames` when never seen
    const Tensor at_first = first.clamp_max(frames - 1).unsqueeze(0);
    const Tensor key = by == "area" ? -area.gather(0, at_first) : middle.gather(0, at_first);
    std::vector<int64_t> order(static_cast<std::size_t>(track.objects()));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {},
                             [&](int64_t i) { return std::pair(first[i].item<int64_t>(), key[0][i].item<float>()); });
    return chosen(track, order);
}

ObjectTrack chosen(const ObjectTrack& track, const std::vector<int64_t>& objects) {
    std::vector<int64_t> known;
    for (const int64_t object : objects)
        if (object >= 0 && object < track.objects()) known.push_back(object);
    ObjectTrack result = track;
    result.scores.clear();
    result.masks = known.empty() ? Tensor() : track.masks.index_select(1, at::tensor(known));
    for (const int64_t object : known)
        if (object < std::ssize(track.scores)) result.scores.push_back(track.scores[static_cast<std::size_t>(object)]);
    return result;
}

Tensor colored(const ObjectTrack& track, bool on_white) {
    const double background = on_white ? 1.0 : 0.0;
    if (track.objects() == 0)
        return at::full({std::max<int64_t>(track.frames, 1), track.height, track.width, 3}, background, at::kFloat);
    const Tensor masks =
        at::upsample_nearest2d(sam3::unpacked_masks(track.masks).to(at::kFloat), {track.height, track.width}).gt(0.5);
    const Tensor colors = palette().index_select(0, at::arange(track.objects(), at::kLong).remainder(6));
    const Tensor seen = colors.index_select(0, masks.to(at::kByte).argmax(1).flatten())
                            .view({masks.size(0), track.height, track.width, 3});
    return at::where(masks.any(1).unsqueeze(-1), seen, background);
}

Tensor colored_mask(const Tensor& mask, bool on_white) {
    const Tensor pictures = mask.dim() == 2 ? mask.unsqueeze(0) : mask;
    return at::where(pictures.gt(0.5).unsqueeze(-1), palette()[0].expand({1, 1, 1, 3}), on_white ? 1.0 : 0.0)
        .to(at::kFloat);
}

}  // namespace easel::inference::wan
