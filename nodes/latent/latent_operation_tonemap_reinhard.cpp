#include "nodes/latent/operation_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentOperationTonemapReinhard {
    double multiplier = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced/operations";
        s.experimental = true;
        s.search_aliases = {"hdr latent"};
        s.in("multiplier", &LatentOperationTonemapReinhard::multiplier).range(0.0, 100.0).step(0.01);
    }

    inference::LatentOperation execute() const { return inference::tonemap_reinhard(multiplier); }
};

}  // namespace

void register_latent_operation_tonemap_reinhard(Registry& registry) {
    registry.add<LatentOperationTonemapReinhard>("LatentOperationTonemapReinhard");
}

}  // namespace easel::nodes
