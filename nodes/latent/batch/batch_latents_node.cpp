#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "inference/sampling/latent_batch.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct BatchLatentsNode {
    graph::Autogrow<Latent> latents;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "model/latent/batch";
        s.display_name = "Batch Latents";
        s.search_aliases = {"combine latents", "stack latents", "merge latents"};
        graph::grow(s.in("latents", &BatchLatentsNode::latents).spec(),
                    {.element = "latent", .prefix = "latent", .most = 50});
    }

    Latent execute() const {
        if (latents.values.empty()) throw UserError("there is no latent to put into a batch; connect at least one");
        Latent all = latents.values.front().second;
        for (std::size_t i = 1; i < latents.values.size(); ++i)
            all = inference::join(all, latents.values[i].second);
        return all;
    }
};

}  // namespace

void register_batch_latents_node(Registry& registry) { registry.add<BatchLatentsNode>("BatchLatentsNode"); }

}  // namespace easel::nodes
