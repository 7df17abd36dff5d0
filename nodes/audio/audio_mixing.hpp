// What nodes that put two sounds together share.
#pragma once

#include "nodes/audio/audio.hpp"

#include <utility>

namespace easel::nodes {

// Both at the higher of their two sample rates.
std::pair<Audio, Audio> at_one_rate(const Audio& first, const Audio& second);

}  // namespace easel::nodes
