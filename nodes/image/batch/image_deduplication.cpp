#include "inference/image/picture_lists.hpp"
#include "nodes/image/batches.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct ImageDeduplication {
    List<Image> images;
    List<double> similarity_threshold{0.95};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/batch";
        s.display_name = "Deduplicate Images";
        s.description = "Remove duplicate or very similar images from a list.";
        s.experimental = true;
        s.search_aliases = {"deduplicate", "remove duplicates", "similarity filter"};
        s.in("images", &ImageDeduplication::images).tooltip("List of images to process.");
        s.in("similarity_threshold", &ImageDeduplication::similarity_threshold)
            .range(0.0, 1.0)
            .advanced()
            .tooltip("Similarity threshold (0-1). Higher means more similar. Images above this threshold are "
                     "considered duplicates.");
        s.out("images").tooltip = "Processed images";
    }

    List<Image> execute() const {
        const std::vector<Tensor> pictures = separate_images(images);
        List<Image> unique;
        for (std::int64_t i : inference::distinct_pictures(pictures, similarity_threshold.front()))
            unique.push_back({pictures[static_cast<std::size_t>(i)]});
        return unique;
    }
};

}  // namespace

void register_image_deduplication(Registry& registry) { registry.add<ImageDeduplication>("ImageDeduplication"); }

}  // namespace easel::nodes
