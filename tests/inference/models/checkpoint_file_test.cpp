#include "inference/models/checkpoint_file.hpp"

#include "inference/models/detect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

namespace easel::inference {
namespace {

std::shared_ptr<WeightTable> table_of(const std::string& key) {
    return std::make_shared<WeightTable>(TensorMap{{key, at::ones(2)}}, WeightTable::Settings{});
}

// The keys of a checkpoint of this family whose network and autoencoder have one weight each.
std::set<std::string> keys_of(const std::string& family, const std::string& network_key = "in.weight") {
    Families families;
    register_families(families);
    const auto found = std::ranges::find(families, family, &Family::name);
    if (found == families.end()) throw std::invalid_argument(family);
    const Model model({.family = family,
                       .network = nullptr,
                       .weights = table_of(network_key),
                       .parameterization = {},
                       .latent_format = sd15_latent_format()});
    const Vae vae = Vae(nullptr).with_weights(table_of("out.weight"));
    std::set<std::string> keys;
    for (const auto& [key, tensor] : checkpoint_tensors(*found, model, nullptr, &vae, nullptr))
        keys.insert(key);
    return keys;
}

using Keys = std::set<std::string>;

TEST(CheckpointFile, KeepsTheAutoencoderWhereCheckpointsOfTheFamilyHaveIt) {
    EXPECT_EQ(keys_of("sd15"), (Keys{"model.diffusion_model.in.weight", "first_stage_model.out.weight"}));
    EXPECT_EQ(keys_of("chroma"), (Keys{"model.diffusion_model.in.weight", "first_stage_model.out.weight"}));
    EXPECT_EQ(keys_of("flux"), (Keys{"model.diffusion_model.in.weight", "vae.out.weight"}));
    EXPECT_EQ(keys_of("sv3d_u"),
              (Keys{"model.diffusion_model.in.weight", "conditioner.embedders.1.encoder.out.weight"}));
}

TEST(CheckpointFile, KeepsTheNetworkWhereCheckpointsOfTheFamilyHaveIt) {
    EXPECT_EQ(keys_of("hunyuan_video"), (Keys{"model.model.in.weight", "vae.out.weight"}));
    EXPECT_EQ(keys_of("stable_audio"), (Keys{"model.model.in.weight", "pretransform.model.out.weight"}));
}

TEST(CheckpointFile, KeepsWhatTellsHowANetworkWasTrainedBesideIt) {
    EXPECT_TRUE(keys_of("sdxl", "v_pred").contains("v_pred"));
    EXPECT_TRUE(keys_of("stable_zero123", "cc_projection.weight").contains("cc_projection.weight"));
}

}  // namespace
}  // namespace easel::inference
