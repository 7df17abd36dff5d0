#include "inference/models/wan/tracks/point_tracks.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace easel::inference::wan {
namespace {

using Json = nlohmann::json;

bool is_point(const Json& value) {
    return value.is_object() && value.contains("x") && value["x"].is_number() && value.contains("y") &&
           value["y"].is_number();
}

Path path_of(const Json& points) {
    Path path;
    for (const Json& point : points) {
        if (!is_point(point)) throw UserError("tracks are lists of points with numbers \"x\" and \"y\"");
        path.push_back({point["x"].get<float>(), point["y"].get<float>()});
    }
    if (path.empty()) throw UserError("a track has no points");
    return path;
}

std::vector<Path> bundle_of(const Json& tracks) {
    std::vector<Path> bundle;
    for (const Json& track : tracks) {
        if (!track.is_array()) throw UserError("tracks are lists of points with numbers \"x\" and \"y\"");
        bundle.push_back(path_of(track));
    }
    return bundle;
}

}  // namespace

std::vector<std::vector<Path>> read_tracks(std::string_view text) {
    std::string source(text);
    std::ranges::replace(source, '\'', '"');
    const Json tracks = Json::parse(source, nullptr, /*allow_exceptions=*/false);
    if (!tracks.is_array() || tracks.empty()) return {};
    if (is_point(tracks[0])) return {{path_of(tracks)}};
    if (tracks[0].is_array() && !tracks[0].empty() && is_point(tracks[0][0])) return {bundle_of(tracks)};
    // A list for every member of a batch.
    std::vector<std::vector<Path>> batch;
    for (const Json& bundle : tracks) {
        if (!bundle.is_array()) throw UserError("tracks are lists of points with numbers \"x\" and \"y\"");
        batch.push_back(bundle_of(bundle));
    }
    return batch;
}

Tensor visible_frames(const Tensor& mask) { return mask.gt(0).flatten(1).any(1).unsqueeze(1); }

}  // namespace easel::inference::wan
