#include "base/error.hpp"
#include "inference/image/tiles.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct ImageMergeTileList {
    List<Image> image_list;
    List<std::int64_t> final_width{1024};
    List<std::int64_t> final_height{1024};
    List<std::int64_t> overlap{128};

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/batch";
        s.display_name = "Merge List of Tiles to Image";
        s.search_aliases = {"split image", "tile image", "slice image"};
        s.in("image_list", &ImageMergeTileList::image_list);
        s.in("final_width", &ImageMergeTileList::final_width).range(64, 32768);
        s.in("final_height", &ImageMergeTileList::final_height).range(64, 32768);
        s.in("overlap", &ImageMergeTileList::overlap).range(0, 4096);
    }

    Image execute() const {
        if (image_list.empty()) throw NamedError("IndexError", "there is no tile to merge");
        std::vector<Tensor> tiles;
        for (const Image& image : image_list)
            tiles.push_back(image.pixels);
        return {inference::merge_tiles(tiles, final_width.front(), final_height.front(), overlap.front())};
    }
};

}  // namespace

void register_image_merge_tile_list(Registry& registry) { registry.add<ImageMergeTileList>("ImageMergeTileList"); }

}  // namespace easel::nodes
