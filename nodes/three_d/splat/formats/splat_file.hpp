// The files that splats are kept in. Only PLY has harmonics beyond the base colour; the others are read and written
// without. No axes are changed.
#pragma once

#include "inference/splat/splat.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace easel::nodes {

using SplatBytes = std::span<const std::uint8_t>;

// `format` is "ply", "splat", "ksplat" or "spz"; for anything else the content tells. Throws a UserError for damaged
// files and for kinds that are not known.
inference::Splat read_splat(SplatBytes file, std::string_view format);

// "ply", "ksplat" or "spz"; throws a UserError for other formats and for a splat without Gaussians.
std::vector<std::uint8_t> splat_file_of(const inference::Splat& splat, std::string_view format);

}  // namespace easel::nodes
