#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RepeatImageBatch {
    Image image;
    std::int64_t amount = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/batch";
        s.display_name = "Repeat Image Batch";
        s.search_aliases = {"duplicate image", "clone image"};
        s.in("image", &RepeatImageBatch::image);
        s.in("amount", &RepeatImageBatch::amount).range(1, 4096);
    }

    Image execute() const { return {image.pixels.repeat({amount, 1, 1, 1})}; }
};

}  // namespace

void register_repeat_image_batch(Registry& registry) { registry.add<RepeatImageBatch>("RepeatImageBatch"); }

}  // namespace easel::nodes
