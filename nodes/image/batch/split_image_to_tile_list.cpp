#include "inference/image/tiles.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SplitImageToTileList {
    Image image;
    std::int64_t tile_width = 1024;
    std::int64_t tile_height = 1024;
    std::int64_t overlap = 128;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/batch";
        s.display_name = "Split Image into List of Tiles";
        s.description = "Splits an image into a batched list of tiles with a specified overlap.";
        s.search_aliases = {"split image", "tile image", "slice image"};
        s.in("image", &SplitImageToTileList::image);
        s.in("tile_width", &SplitImageToTileList::tile_width).range(64, 16384);
        s.in("tile_height", &SplitImageToTileList::tile_height).range(64, 16384);
        s.in("overlap", &SplitImageToTileList::overlap).range(0, 4096);
    }

    List<Image> execute() const {
        List<Image> tiles;
        const std::int64_t height = image.pixels.size(1), width = image.pixels.size(2);
        for (const auto& tile : inference::tiles_over(width, height, tile_width, tile_height, overlap))
            tiles.push_back({image.pixels.narrow(1, tile.y, tile.height).narrow(2, tile.x, tile.width)});
        return tiles;
    }
};

}  // namespace

void register_split_image_to_tile_list(Registry& registry) {
    registry.add<SplitImageToTileList>("SplitImageToTileList");
}

}  // namespace easel::nodes
