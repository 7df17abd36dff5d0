// The way to sound and video files, for nodes.
#pragma once

#include "graph/context.hpp"
#include "media/codecs.hpp"

#include <optional>

namespace easel::nodes {

// Loads what reads and writes them at the first call; throws when it is not there.
const media::Codecs& media_codecs();

// The prompt and every entry of extra_pnginfo as JSON text; none where the server is to keep them out of files.
media::Tags metadata_tags(const graph::Context& context, const std::optional<Json>& prompt,
                          const std::optional<Json>& extra_pnginfo);

}  // namespace easel::nodes
