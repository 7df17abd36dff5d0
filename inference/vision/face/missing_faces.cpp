#include "inference/vision/face/missing_faces.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace easel::inference::face {
namespace {

using Frames = std::vector<std::vector<Face>>;

// Between `first` at 0 and `second` at 1. (nodes_mediapipe._lerp_face)
Face between(const Face& first, const Face& second, double share) {
    const float kept = static_cast<float>(1.0 - share), taken = static_cast<float>(share);
    const auto mix = [&](float a, float b) { return kept * a + taken * b; };
    Face face{.box = {}, .points = first.points, .score = (1.0 - share) * first.score + share * second.score};
    for (std::size_t i = 0; i < face.box.size(); ++i)
        face.box[i] = mix(first.box[i], second.box[i]);
    for (std::size_t i = 0; i < face.points.size(); ++i)
        for (std::size_t axis = 0; axis < 2; ++axis)
            face.points[i][axis] = mix(first.points[i][axis], second.points[i][axis]);
    return face;
}

float distance(const Face& a, const Face& b) {
    const auto middle = [](const Face& face, std::size_t axis) { return 0.5f * (face.box[axis] + face.box[axis + 2]); };
    const float x = middle(a, 0) - middle(b, 0), y = middle(a, 1) - middle(b, 1);
    return std::sqrt(x * x + y * y);
}

// Those that are closest, then of the rest those that are closest, and so on.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const std::vector<Face>& a, const std::vector<Face>& b) {
    std::vector<std::tuple<float, std::size_t, std::size_t>> candidates;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j)
            candidates.emplace_back(distance(a[i], b[j]), i, j);
    std::ranges::sort(candidates);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (const auto& [far, i, j] : candidates)
        if (std::ranges::none_of(pairs, [&](const auto& pair) { return pair.first == i || pair.second == j; }))
            pairs.emplace_back(i, j);
    return pairs;
}

}  // namespace

void fill_missing(Frames& frames, MissingFaces how) {
    if (how == MissingFaces::stay_missing) return;
    const Frames found = frames;
    const auto has_faces = [&](std::size_t i) { return !found[i].empty(); };
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (has_faces(i)) continue;
        std::optional<std::size_t> before, after;
        for (std::size_t j = 0; j < found.size(); ++j) {
            if (j < i && has_faces(j)) before = j;
            if (j > i && has_faces(j) && !after) after = j;
        }
        if (how == MissingFaces::previous) after.reset();
        if (!before && !after) continue;
        if (!before || !after) {
            frames[i] = found[before ? *before : *after];
            continue;
        }
        const double share = static_cast<double>(i - *before) / static_cast<double>(*after - *before);
        for (const auto& [a, b] : pairs_of(found[*before], found[*after]))
            frames[i].push_back(between(found[*before][a], found[*after][b], share));
    }
}

}  // namespace easel::inference::face
