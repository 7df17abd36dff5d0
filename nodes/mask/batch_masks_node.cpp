#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "nodes/image/batches.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct BatchMasksNode {
    graph::Autogrow<Mask> masks;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/mask";
        s.display_name = "Batch Masks";
        s.search_aliases = {"combine masks", "stack masks", "merge masks"};
        graph::grow(s.in("masks", &BatchMasksNode::masks).spec(), {.element = "mask", .prefix = "mask", .most = 50});
    }

    Mask execute() const {
        if (masks.values.empty()) throw UserError("there is no mask to put into a batch; connect at least one");
        std::vector<Tensor> values;
        for (const auto& [name, mask] : masks.values)
            values.push_back(mask.values);
        return {batch_of_masks(std::move(values))};
    }
};

}  // namespace

void register_batch_masks_node(Registry& registry) { registry.add<BatchMasksNode>("BatchMasksNode"); }

}  // namespace easel::nodes
