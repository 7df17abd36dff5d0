#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "nodes/image/batches.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct BatchImagesNode {
    graph::Autogrow<Image> images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/batch";
        s.display_name = "Batch Images";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"batch", "image batch", "batch images", "combine images", "merge images", "stack images"};
        graph::grow(s.in("images", &BatchImagesNode::images).spec(),
                    {.element = "image", .prefix = "image", .most = 50});
    }

    Image execute() const {
        if (images.values.empty()) throw UserError("there is no image to put into a batch; connect at least one");
        std::vector<Tensor> pictures;
        for (const auto& [name, image] : images.values)
            pictures.push_back(image.pixels);
        return {batch_of(std::move(pictures))};
    }
};

}  // namespace

void register_batch_images_node(Registry& registry) { registry.add<BatchImagesNode>("BatchImagesNode"); }

}  // namespace easel::nodes
