#include "base/error.hpp"
#include "inference/image/picture_lists.hpp"
#include "nodes/image/batches.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct ImageGrid {
    List<Image> images;
    List<std::int64_t> columns{4};
    List<std::int64_t> cell_width{256};
    List<std::int64_t> cell_height{256};
    List<std::int64_t> padding{4};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/batch";
        s.display_name = "Make Image Grid";
        s.description = "Arrange multiple images into a grid layout.";
        s.experimental = true;
        s.search_aliases = {"grid", "collage", "combine"};
        s.in("images", &ImageGrid::images).tooltip("List of images to process.");
        s.in("columns", &ImageGrid::columns).range(1, 20).tooltip("Number of columns in the grid.");
        s.in("cell_width", &ImageGrid::cell_width)
            .range(32, 2048)
            .advanced()
            .tooltip("Width of each cell in the grid.");
        s.in("cell_height", &ImageGrid::cell_height)
            .range(32, 2048)
            .advanced()
            .tooltip("Height of each cell in the grid.");
        s.in("padding", &ImageGrid::padding).range(0, 50).advanced().tooltip("Padding between images.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const {
        const std::vector<Tensor> pictures = separate_images(images);
        if (pictures.empty()) throw UserError("Cannot create grid from empty image list");
        return {inference::picture_grid(pictures, {.columns = columns.front(),
                                                   .cell_width = cell_width.front(),
                                                   .cell_height = cell_height.front(),
                                                   .padding = padding.front()})};
    }
};

}  // namespace

void register_image_grid(Registry& registry) { registry.add<ImageGrid>("ImageGrid"); }

}  // namespace easel::nodes
