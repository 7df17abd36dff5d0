#include "inference/vae/kl.hpp"

#include "tests/support/inference/drawn_weights.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::drawn_weights;
using testing::recorded;
using testing::relative_error;
using testing::to_tensor;

struct Recorded {
    nlohmann::json data = recorded("networks.json")["autoencoder"];

    Tensor output(const std::string& name) const {
        return to_tensor(data[name], data[name + "_shape"].get<std::vector<int64_t>>());
    }
    Tensor input(const std::string& name, uint64_t seed) const {
        return random_normal(data[name + "_shape"].get<std::vector<int64_t>>(), seed);
    }
};

TEST(AutoencoderKl, EncodesToTheReferencesMean) {
    const Recorded reference;
    const AutoencoderKl network(drawn_weights(reference.data["shapes"]));
    EXPECT_LT(relative_error(network.encode(reference.input("pixels", 1000)), reference.output("encoded")), 2e-5);
}

TEST(AutoencoderKl, DecodesAsTheReference) {
    const Recorded reference;
    const AutoencoderKl network(drawn_weights(reference.data["shapes"]));
    EXPECT_LT(relative_error(network.decode(reference.input("latent", 1001)), reference.output("decoded")), 2e-5);
}

TEST(Vae, CropsPicturesAroundTheirCentreToWholeCells) {
    const Recorded reference;
    const Vae vae = load_vae(drawn_weights(reference.data["shapes"]));
    ASSERT_EQ(vae.downscale_ratio(), 4);
    const Tensor pixels = at::rand({1, 10, 15, 4});
    const Tensor cropped = pixels.narrow(1, 1, 8).narrow(2, 1, 12).narrow(3, 0, 3);
    EXPECT_TRUE(at::equal(vae.encode(pixels), vae.encode(cropped)));
}

TEST(Vae, TilesThatHoldThePictureChangeNothing) {
    const Recorded reference;
    const Vae vae = load_vae(drawn_weights(reference.data["shapes"]));
    const Tensor latent = reference.input("latent", 1001);
    const Tiling tiling{.tile_width = 64, .tile_height = 64, .overlap = 16};
    EXPECT_TRUE(at::allclose(vae.decode_tiled(latent, tiling), vae.decode(latent), 1e-5, 1e-5));
}

TEST(Vae, WeightsOfSomethingElseAreRefused) {
    EXPECT_THROW(load_vae(drawn_weights({{"input_blocks.0.0.weight", {4, 4}}})), ModelError);
}

}  // namespace
}  // namespace easel::inference
