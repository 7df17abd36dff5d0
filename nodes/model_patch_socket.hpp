// MODEL_PATCH links.
#pragma once

#include "graph/socket.hpp"
#include "inference/model_patches/model_patch.hpp"

#include <memory>

namespace easel::nodes {

using ModelPatch = std::shared_ptr<const inference::ModelPatch>;

// The patch as one of its kinds; throws UserError, which says that the node `wants` another one.
template <class Kind>
std::shared_ptr<const Kind> as_kind(const ModelPatch& patch, const char* wants) {
    auto own = std::dynamic_pointer_cast<const Kind>(patch);
    if (!own) throw UserError(std::string("the connected model patch is not ") + wants);
    return own;
}

}  // namespace easel::nodes

namespace easel::graph {

template <>
struct SocketOf<nodes::ModelPatch> {
    static constexpr std::string_view name = "MODEL_PATCH";
};

}  // namespace easel::graph
