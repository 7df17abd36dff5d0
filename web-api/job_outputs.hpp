// What a finished job produced, as /api/jobs sums it up: how many files, how many can be shown, and the one to show.
#pragma once

#include "base/json.hpp"

#include <optional>

namespace easel::web {

struct OutputSummary {
    int count = 0;
    int previewable = 0;
    // {filename, subfolder, type, nodeId, mediaType}, or {content, truncated?, nodeId, mediaType} of a text. A saved
    // picture, video, sound or model comes before a temporary one, that before a text file, that before mere text.
    std::optional<Json> preview;
};

// `outputs` is the UI output by node id.
OutputSummary summarize(const Json& outputs);

// The outputs as /api/jobs/{id} shows them: names of 3D files become file objects, nulls go.
Json normalized_outputs(const Json& outputs);

}  // namespace easel::web
