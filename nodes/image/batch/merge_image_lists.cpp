#include "nodes/image/batches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MergeImageLists {
    List<Image> images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/batch";
        s.display_name = "Merge Image Lists (DEPRECATED)";
        s.description = "Concatenate multiple image lists into one.";
        s.deprecated = true;
        s.experimental = true;
        s.search_aliases = {"list", "merge list", "make list"};
        s.in("images", &MergeImageLists::images).tooltip("List of images to process.");
        s.out("images").tooltip = "Processed images";
    }

    List<Image> execute() const {
        List<Image> all;
        for (const Tensor& picture : separate_images(images))
            all.push_back({picture});
        return all;
    }
};

}  // namespace

void register_merge_image_lists(Registry& registry) { registry.add<MergeImageLists>("MergeImageLists"); }

}  // namespace easel::nodes
