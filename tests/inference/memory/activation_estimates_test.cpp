// What families say that their activations take, against what they take on a device that counts.
#include "inference/models/detect.hpp"
#include "inference/vae/vae_memory.hpp"
#include "tests/support/inference/on_accelerator.hpp"
#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::RecordedTransformer;

struct Case {
    const char* name;
    const char* file;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class ActivationEstimates : public testing::AcceleratorTest, public ::testing::WithParamInterface<Case> {};

// Too little runs out of memory, too much keeps weights away that would fit.
TEST_P(ActivationEstimates, AreNearWhatIsTaken) {
    const RecordedTransformer recorded(GetParam().name, GetParam().file);
    const Weights w = testing::on_accelerator(recorded.weights(), testing::accelerator_memory());
    Families families;
    register_families(families);
    TensorMap tensors;
    for (const auto& entry : w.table()->entries())
        tensors.emplace(entry.key, entry.stored);
    const auto network = match_family(families, tensors)->build(w);
    NetworkInput input = recorded.input();
    if (std::string(GetParam().name) == "hidream") input.extra["conditioning_llama3"] = recorded.extra();
    const int64_t times = input.x.size(2) < 30 ? 8 : 1;
    input.x = input.x.repeat({1, 1, times, times});
    input = testing::on_accelerator(std::move(input));
    network->predict(input);  // brings the weights in
    testing::SimulatedAccelerator::reset();
    const auto before = counters().in_use;
    network->predict(input);
    const auto taken = static_cast<double>(counters().peak - before);
    const auto said = static_cast<double>(network->activation_bytes(input.x.sizes()));
    EXPECT_GT(said, taken);
    EXPECT_LT(said, 4 * taken);
}

constexpr const char *transformers = "transformers.json", *joint = "joint_transformers.json";

INSTANTIATE_TEST_SUITE_P(Recorded, ActivationEstimates,
                         ::testing::Values(Case{"flux", transformers}, Case{"flux2", transformers},
                                           Case{"chroma", transformers}, Case{"radiance", transformers},
                                           Case{"lumina", transformers}, Case{"z_image", transformers},
                                           Case{"aura_flow", joint}, Case{"hidream", joint},
                                           Case{"pixart_sigma", joint}),
                         [](const auto& one) { return std::string(one.param.name); });

class NetworkEstimates : public testing::AcceleratorTest {
protected:
    static double share(double said, std::uint64_t before) {
        return said / static_cast<double>(counters().peak - before);
    }
};

TEST_F(NetworkEstimates, OfTheUnetAreNearWhatIsTaken) {
    const nlohmann::json data = testing::recorded("networks.json")["unet"];
    const Weights w = testing::on_accelerator(testing::drawn_weights(data["shapes"]), testing::accelerator_memory());
    Families families;
    register_families(families);
    TensorMap tensors;
    for (const auto& entry : w.table()->entries())
        tensors.emplace(entry.key, entry.stored);
    const Family* family = match_family(families, tensors);
    ASSERT_NE(family, nullptr);
    const auto network = family->build(w);
    const int64_t width = w.shape("input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight")[1];
    NetworkInput input;
    input.x = random_normal({2, 4, 48, 48}, 1);
    input.context = random_normal({2, 77, width}, 2);
    input.timestep = at::full({2}, 500.0);
    input = testing::on_accelerator(std::move(input));
    network->predict(input);
    testing::SimulatedAccelerator::reset();
    const auto before = counters().in_use;
    network->predict(input);
    const double found = share(static_cast<double>(network->activation_bytes(input.x.sizes())), before);
    EXPECT_GT(found, 1.0);
    EXPECT_LT(found, 4.0);
}

TEST_F(NetworkEstimates, OfTheAutoencoderAreNearWhatIsTaken) {
    const Weights w =
        testing::on_accelerator(testing::drawn_weights(testing::recorded("networks.json")["autoencoder"]["shapes"]),
                                testing::accelerator_memory());
    const Vae vae = load_vae(w).with_weights(w.table());
    const Tensor latent = random_normal({1, 4, 40, 40}, 3);
    const Tensor pixels = vae.decode(latent);
    vae.encode(pixels);
    testing::SimulatedAccelerator::reset();
    const auto before = counters().in_use;
    vae.decode(latent);
    const double decoding =
        share(static_cast<double>(decoding_bytes(vae.network(), latent.sizes(), w.table().get())), before);
    testing::SimulatedAccelerator::reset();
    vae.encode(pixels);
    const double encoding = share(
        static_cast<double>(encoding_bytes(vae.network(), pixels.movedim(-1, 1).sizes(), w.table().get())), before);
    EXPECT_GT(decoding, 1.0);
    EXPECT_LT(decoding, 4.0);
    EXPECT_GT(encoding, 1.0);
    EXPECT_LT(encoding, 4.0);
}

}  // namespace
}  // namespace easel::inference
