#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct ImageFromBatch {
    Image image;
    std::int64_t batch_index = 0;
    std::int64_t length = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/batch";
        s.display_name = "Get Image from Batch";
        s.search_aliases = {"select image", "pick from batch", "extract image"};
        s.in("image", &ImageFromBatch::image);
        s.in("batch_index", &ImageFromBatch::batch_index).range(-16384, 16384);
        s.in("length", &ImageFromBatch::length).range(1, 4096);
    }

    // A negative index counts from the end.
    Image execute() const {
        const std::int64_t count = image.pixels.size(0);
        const std::int64_t wanted = batch_index < 0 ? batch_index + count : batch_index;
        const std::int64_t first = std::clamp<std::int64_t>(wanted, 0, count - 1);
        return {image.pixels.narrow(0, first, std::min(count - first, length)).clone()};
    }
};

}  // namespace

void register_image_from_batch(Registry& registry) { registry.add<ImageFromBatch>("ImageFromBatch"); }

}  // namespace easel::nodes
