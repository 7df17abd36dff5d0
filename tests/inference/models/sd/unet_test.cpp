#include "inference/models/sd/unet.hpp"

#include "tests/support/inference/drawn_weights.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::drawn_weights;
using testing::recorded;
using testing::relative_error;
using testing::to_tensor;

NetworkInput recorded_input(const nlohmann::json& data) {
    const auto shape = data["in_shape"].get<std::vector<int64_t>>();
    const Tensor x = random_normal(shape, 1000);
    return {.x = x.narrow(1, 0, 4),
            .timestep = at::tensor(data["timestep"].get<std::vector<float>>()),
            .context = random_normal({2, data["tokens"], 24}, 1001),
            .vector = {},
            .concat = shape[1] > 4 ? x.narrow(1, 4, shape[1] - 4) : Tensor()};
}

Tensor recorded_output(const nlohmann::json& data) {
    return to_tensor(data["out"], data["out_shape"].get<std::vector<int64_t>>());
}

TEST(UNet, ComputesTheReferencesOutputAtOddSizes) {
    const auto data = recorded("networks.json")["unet"];
    const sd::UNet unet(drawn_weights(data["shapes"]), {});
    EXPECT_LT(relative_error(unet.predict(recorded_input(data)), recorded_output(data)), 2e-5);
}

TEST(UNet, ReadsMaskAndPictureBesideTheNoise) {
    const auto data = recorded("networks.json")["inpainting_unet"];
    const sd::UNet unet(drawn_weights(data["shapes"]), {});
    EXPECT_EQ(unet.concat_channels(), 5);
    EXPECT_LT(relative_error(unet.predict(recorded_input(data)), recorded_output(data)), 2e-5);
}

// Eight bits of mantissa through some thirty layers.
TEST(UNet, StaysCloseInBfloat16) {
    const auto data = recorded("networks.json")["unet"];
    const sd::UNet unet(drawn_weights(data["shapes"], at::kBFloat16), {});
    const Tensor out = unet.predict(recorded_input(data));
    EXPECT_EQ(out.scalar_type(), at::kFloat);
    EXPECT_LT(relative_error(out, recorded_output(data)), 0.1);
}

TEST(UNet, MissingWeightIsNamed) {
    auto shapes = recorded("networks.json")["unet"]["shapes"];
    shapes.erase("middle_block.1.proj_in.weight");
    try {
        const sd::UNet unet(drawn_weights(shapes), {});
        FAIL() << "a UNet without its middle block was built";
    } catch (const MissingWeight& error) {
        EXPECT_EQ(error.key(), "middle_block.1.proj_in.weight");
    }
}

}  // namespace
}  // namespace easel::inference
