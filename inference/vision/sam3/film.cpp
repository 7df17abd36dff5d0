#include "inference/vision/sam3/film.hpp"

#include "inference/vision/sam3/pieces.hpp"

#include <algorithm>

namespace easel::inference::sam3 {
namespace {

constexpr int64_t most_objects = 64;
constexpr int64_t speck = 16;           // pixels
constexpr double same_object = 0.5;     // overlap
constexpr double collision = 0.3;       // overlap of two objects at which one is taken for hidden
constexpr double hidden_logit = -10.0;  // the logit of a hidden object
constexpr double sure = 0.8;            // a detection that corrects what was followed
constexpr int64_t alive_most = 8, alive_least = -4, alive_new = 1;

Tensor binary(const Tensor& masks, double threshold) {
    const Tensor whole = masks.dim() == 4 ? masks : masks.unsqueeze(1);
    return (scaled_masks(whole, picture_side, picture_side) > threshold).to(masks.scalar_type());
}

Tensor fitted(const Tensor& masks, const Tensor& like) {  // [n, h, w] as [n, 1, H, W]
    return scaled_masks(masks.unsqueeze(1), like.size(2), like.size(3));
}

}  // namespace

Film::Film(Parts parts, Wish wish) : parts_(parts), wish_(std::move(wish)) {
    if (wish_.most <= 0 || wish_.most > most_objects) wish_.most = most_objects;
}

// What the texts describe in a frame, each thing once, the surest first.
Film::Found Film::detected(const Tensor& trunk) const {
    const auto features = parts_.backbone.for_detection(trunk);
    std::vector<Tensor> masks, scores;
    for (const Text& text : wish_.texts) {
        const auto found = parts_.detector(features, text.text.to(trunk.options()), text.mask.to(trunk.device()), {});
        masks.push_back(found.masks[0]);
        scores.push_back(found.scores[0].sigmoid());
    }
    const Tensor all = at::cat(scores), likely = (all > wish_.threshold).nonzero().squeeze(1);
    Found found{.masks = at::cat(masks).index_select(0, likely), .scores = all.index_select(0, likely)};
    if (likely.size(0) < 2) return found;
    const Tensor kept = at::tensor(distinct(found.masks, found.scores), at::kLong).to(trunk.device());
    return {.masks = found.masks.index_select(0, kept), .scores = found.scores.index_select(0, kept)};
}

const TrackedFrame& Film::begin(const TrackedPicture& picture, const Tensor& trunk, const Tensor& masks,
                                double threshold) {
    const auto prompted = parts_.backbone.for_segmentation(trunk);
    hidden_since_.assign(static_cast<std::size_t>(masks.size(0)), -1);
    return history_.shown[index_] = parts_.tracker.shown(picture, prompted, parts_.segmenter, binary(masks, threshold));
}

// Of two objects at one place the one that was hidden more lately is the wrong one.
void Film::hide_overlapping(Tensor& masks) {
    const int64_t count = objects();
    if (count < 2) return;
    const Tensor covered = overlaps(masks.squeeze(1), masks.squeeze(1)).cpu();
    std::vector<bool> hides(static_cast<std::size_t>(count), false);
    for (int64_t i = 0; i < count; ++i)
        for (int64_t j = i + 1; j < count; ++j) {
            if (covered[i][j].item<float>() < static_cast<float>(collision)) continue;
            const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
            if (hidden_since_[a] > hidden_since_[b] && hidden_since_[b] > -1) hides[a] = true;
            if (hidden_since_[b] > hidden_since_[a] && hidden_since_[a] > -1) hides[b] = true;
        }
    for (int64_t i = 0; i < count; ++i) {
        const auto object = static_cast<std::size_t>(i);
        if (hides[object] || !(masks[i] > 0).any().item<bool>()) hidden_since_[object] = index_;
        if (hides[object]) masks[i].fill_(hidden_logit);
    }
}

void Film::keep(int64_t object, bool is_confirmed) {
    int64_t& alive = alive_[static_cast<std::size_t>(object)];
    alive = is_confirmed ? std::min(alive_most, alive + 1) : std::max(alive_least, alive - 1);
}

void Film::add(TrackedFrame& frame, const TrackedPicture& picture, const Tensor& masks) {
    const int64_t before = frame.masks.size(0), added = masks.size(0);
    frame.masks = at::cat({frame.masks, fitted(masks, frame.masks)});
    frame.large_masks = at::cat({frame.large_masks, fitted(masks, frame.large_masks)});
    const Tensor trusted = at::cat({at::zeros({before}, masks.options()), at::ones({added}, masks.options())});
    parts_.tracker.remember(frame, picture, trusted);
    alive_.resize(static_cast<std::size_t>(before + added), alive_new);
    hidden_since_.resize(static_cast<std::size_t>(before + added), -1);
}

// Finds the objects among what was detected: sure detections correct them, new ones become objects.
void Film::match(TrackedFrame& frame, const TrackedPicture& picture, const Found& found) {
    const int64_t count = objects(), detections = found.masks.size(0);
    if (detections == 0) {
        for (int64_t i = 0; i < count; ++i)
            keep(i, false);
        return;
    }
    const Tensor fitting = fitted(found.masks, frame.masks);
    const Tensor covered = overlaps(fitting.squeeze(1), frame.masks.squeeze(1)).cpu();  // [detections, objects]
    const Tensor best = std::get<0>(covered.max(1)), owner = covered.argmax(1);
    for (int64_t i = 0; i < count; ++i)
        keep(i, (covered.select(1, i) >= same_object).any().item<bool>());

    const Tensor scores = found.scores.cpu();
    bool is_corrected = false;
    frame.masks = frame.masks.clone();
    frame.large_masks = frame.large_masks.clone();
    for (int64_t i = 0; i < detections; ++i) {
        if (scores[i].item<float>() < static_cast<float>(sure) || best[i].item<double>() < same_object) continue;
        const auto object = owner[i].item<int64_t>();
        frame.masks[object].copy_(fitting[i]);
        frame.large_masks[object].copy_(fitted(found.masks.narrow(0, i, 1), frame.large_masks)[0]);
        is_corrected = true;
    }
    if (is_corrected) parts_.tracker.remember(frame, picture, at::zeros({count}, frame.masks.options()));

    std::vector<int64_t> fresh;
    for (int64_t i = 0; i < detections && count + std::ssize(fresh) < wish_.most; ++i)
        if (best[i].item<double>() < same_object) fresh.push_back(i);
    if (fresh.empty()) return;
    add(frame, picture, found.masks.index_select(0, at::tensor(fresh, at::kLong).to(found.masks.device())));
    for (const int64_t i : fresh)
        scores_.push_back(scores[i].item<double>());
}

Tensor Film::next(const Tensor& picture) {
    const Tensor trunk = parts_.backbone(picture);
    const TrackedPicture tracked(parts_.backbone.for_tracking(trunk));
    const bool shows_masks = index_ == 0 && wish_.masks.defined();
    const bool looks = !wish_.texts.empty() && !shows_masks && index_ % std::max<int64_t>(1, wish_.detect_every) == 0 &&
                       objects() < wish_.most;
    const Found found = looks ? detected(trunk) : Found{};

    Tensor masks;
    if (shows_masks) {
        scores_.assign(static_cast<std::size_t>(wish_.masks.size(0)), 1.0);
        alive_.assign(scores_.size(), alive_most);
        masks = begin(tracked, trunk, wish_.masks.to(trunk.options()), 0.5).large_masks;
    } else if (objects() == 0) {
        if (found.masks.defined() && found.masks.size(0) > 0) {
            const int64_t count = std::min(wish_.most, found.masks.size(0));
            for (int64_t i = 0; i < count; ++i)
                scores_.push_back(found.scores[i].item<double>());
            alive_.assign(scores_.size(), alive_new);
            masks = begin(tracked, trunk, found.masks.narrow(0, 0, count), 0.0).large_masks;
        }
    } else {
        TrackedFrame frame = parts_.tracker.followed(tracked, history_, index_, wish_.frames, objects());
        frame.masks = without_specks(frame.masks, speck);
        hide_overlapping(frame.masks);
        parts_.tracker.remember(frame, tracked, at::zeros({objects()}, frame.masks.options()));
        if (looks) match(frame, tracked, found);
        masks = frame.large_masks;
        history_.followed[index_] = std::move(frame);
        std::erase_if(history_.followed,
                      [&](const auto& past) { return past.first < index_ - parts_.tracker.reach(); });
    }
    ++index_;
    if (!masks.defined()) return {};
    Tensor result = masks.squeeze(1).clone();
    if (!wish_.texts.empty())
        for (int64_t i = 0; i < result.size(0); ++i)
            if (alive_[static_cast<std::size_t>(i)] <= 0) result[i].fill_(no_object);
    return result;
}

}  // namespace easel::inference::sam3
