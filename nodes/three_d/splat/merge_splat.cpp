#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MergeSplat {
    graph::Autogrow<inference::Splats> splats;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Merge Splats";
        s.description =
            "Concatenate any number of gaussian splats into one. Unioning several decodes of the same latent at "
            "different seeds densifies the surface, this can improve surface quality when meshing.";
        s.search_aliases = {"union splat", "densify gaussian", "combine splat", "merge gaussian"};
        graph::grow(s.in("splats", &MergeSplat::splats).spec(),
                    {.element = "splat", .prefix = "splat", .least = 2, .most = 32, .element_type = "SPLAT"});
        s.out("splat");
    }

    inference::Splats execute() const {
        std::vector<inference::Splats> links;
        for (const auto& [name, link] : splats.values)
            links.push_back(link);
        if (links.empty()) throw NamedError("ValueError", "MergeSplat: connect at least one splat.");
        return inference::merged(links);
    }
};

}  // namespace

void register_merge_splat(Registry& registry) { registry.add<MergeSplat>("MergeSplat"); }

}  // namespace easel::nodes
