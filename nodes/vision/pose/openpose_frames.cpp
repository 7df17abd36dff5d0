#include "nodes/vision/pose/openpose_frames.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace easel::nodes {
namespace {

constexpr std::size_t points_of_body = 17;  // of the network, without the neck
// Which of the network's points are OpenPose's, the neck being put behind its 17: {ours, theirs}.
constexpr std::array<std::pair<std::size_t, std::size_t>, 15> order{{{1, 17},
                                                                     {2, 6},
                                                                     {3, 8},
                                                                     {4, 10},
                                                                     {6, 7},
                                                                     {7, 9},
                                                                     {8, 12},
                                                                     {9, 14},
                                                                     {10, 16},
                                                                     {12, 13},
                                                                     {13, 15},
                                                                     {14, 2},
                                                                     {15, 1},
                                                                     {16, 4},
                                                                     {17, 3}}};

// With a neck between the shoulders, and the body in OpenPose's order.
inference::KeyPoints in_openpose_order(const inference::KeyPoints& points) {
    constexpr float least = 0.3f;
    const auto &left = points.at(5), &right = points.at(6);
    const bool has_neck = left.score > least && right.score > least;
    inference::KeyPoints all = points;
    all.insert(all.begin() + points_of_body, {.x = (left.x + right.x) / 2,
                                              .y = (left.y + right.y) / 2,
                                              .score = has_neck ? std::min(left.score, right.score) : 0});
    inference::KeyPoints result = all;
    for (const auto& [ours, theirs] : order)
        result[ours] = all[theirs];
    return result;
}

void append(Json& list, const inference::KeyPoint& point) {
    for (const float value : {point.x, point.y, point.score})
        list.push_back(static_cast<double>(value));
}

Json flat(const inference::KeyPoints& points, std::size_t first, std::size_t last) {
    Json list = Json::array();
    for (std::size_t i = first; i < last; ++i)
        append(list, points[i]);
    return list;
}

// Appends the first `wanted` of a list of `count` points; zeros where the list is missing and may be.
void read(const Json& person, const char* name, std::size_t count, std::size_t wanted, bool may_be_missing,
          inference::PosePoints& points) {
    const auto found = person.find(name);
    if (found == person.end() || !found->is_array() || found->empty()) {
        if (!may_be_missing) throw NamedError("KeyError", "'" + std::string(name) + "'");
        points.resize(points.size() + wanted, {.x = 0, .y = 0, .score = 0});
        return;
    }
    if (found->size() != count * 3)
        throw NamedError("ValueError", std::string(name) + " holds " + std::to_string(found->size()) +
                                           " numbers instead of " + std::to_string(count * 3));
    for (std::size_t i = 0; i < wanted; ++i) {
        const auto number = [&](std::size_t n) { return (*found)[i * 3 + n].get<float>(); };
        points.push_back({.x = number(0), .y = number(1), .score = number(2)});
    }
}

}  // namespace

Json openpose_person(const inference::KeyPoints& points) {
    const auto all = in_openpose_order(points);
    Json face = flat(all, 24, 92);
    append(face, all.at(14));  // the eyes
    append(face, all.at(15));
    return {{"pose_keypoints_2d", flat(all, 0, 18)},
            {"foot_keypoints_2d", flat(all, 18, 24)},
            {"face_keypoints_2d", std::move(face)},
            {"hand_right_keypoints_2d", flat(all, 92, 113)},
            {"hand_left_keypoints_2d", flat(all, 113, 134)}};
}

inference::PosePoints pose_points(const Json& person) {
    inference::PosePoints points;
    read(person, "pose_keypoints_2d", 18, 18, false, points);
    read(person, "foot_keypoints_2d", 6, 6, true, points);
    read(person, "face_keypoints_2d", 70, 68, false, points);
    read(person, "hand_right_keypoints_2d", 21, 21, false, points);
    read(person, "hand_left_keypoints_2d", 21, 21, false, points);
    return points;
}

}  // namespace easel::nodes
