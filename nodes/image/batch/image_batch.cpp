#include "nodes/image/batches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageBatch {
    Image image1;
    Image image2;

    static void declare(Schema& s) {
        s.category = "image/batch";
        s.display_name = "Batch Images (DEPRECATED)";
        s.deprecated = true;
        s.search_aliases = {"combine images", "merge images", "stack images"};
        s.in("image1", &ImageBatch::image1);
        s.in("image2", &ImageBatch::image2);
    }

    Image execute() const { return {batch_of({image1.pixels, image2.pixels})}; }
};

}  // namespace

void register_image_batch(Registry& registry) { registry.add<ImageBatch>("ImageBatch"); }

}  // namespace easel::nodes
