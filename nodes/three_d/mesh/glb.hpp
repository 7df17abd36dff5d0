// Meshes as files of glTF 2.0 in its binary form.
#pragma once

#include "inference/mesh/mesh.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {

// One mesh with what it has; its texture is a PNG inside. `notes` are kept in the asset's extras. Throws UserError
// where a face names a vertex that is not there. (save_glb of the reference)
std::vector<std::uint8_t> glb_of(const inference::Mesh& mesh,
                                 const std::vector<std::pair<std::string, std::string>>& notes);

}  // namespace easel::nodes
