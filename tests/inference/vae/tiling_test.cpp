#include "inference/vae/tiling.hpp"

#include "base/error.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

TEST(Tiled, BlendsTilesAsTheReferenceDoes) {
    for (const auto& one : recorded("resize.json")["tilings"]) {
        const Tensor in = to_tensor(one["in"], one["in_shape"].get<std::vector<int64_t>>());
        const bool doubles = one["scale"] == 2;
        const auto function = [doubles](const Tensor& tile) {
            const Tensor scaled = doubles ? at::upsample_nearest2d(tile, {tile.size(2) * 2, tile.size(3) * 2})
                                          : at::avg_pool2d(tile, {2, 2});
            return scaled - tile.mean();
        };
        const TileGrid grid{.tile_width = one["tile_width"],
                            .tile_height = one["tile_height"],
                            .overlap = one["overlap"],
                            .scale = one["scale"]};
        const Tensor expected = to_tensor(one["out"], one["out_shape"].get<std::vector<int64_t>>());
        EXPECT_TRUE(at::allclose(tiled(in, grid, function), expected, 1e-5, 1e-5)) << one["in_shape"];
    }
}

TEST(Tiled, OverlapOfAWholeTileIsTheUsersError) {
    const TileGrid grid{.tile_width = 4, .tile_height = 4, .overlap = 4, .scale = 1};
    EXPECT_THROW(tiled(at::rand({1, 1, 16, 16}), grid, [](const Tensor& tile) { return tile; }), UserError);
}

}  // namespace
}  // namespace easel::inference
