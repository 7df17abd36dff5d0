// The record by which a family of diffusion models is known. A family is a folder under inference/models/ whose
// family.cpp defines
//
//     void register_<folder>(Families& families) { families.push_back({.name = "sd15", ...}); }
//
// CMake writes the call. Nothing outside the folder asks for a family by name.
#pragma once

#include "inference/models/model.hpp"
#include "inference/text/text_family.hpp"
#include "inference/weights/weights.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace easel::inference {

struct Family {
    std::string_view name;

    // Looks at keys and shapes of a diffusion network alone, its prefix (`model.diffusion_model.`) taken off. At most
    // one family says yes to a file.
    bool (*matches)(const Weights& network);
    std::unique_ptr<DiffusionModel> (*build)(const Weights& network);
    // What it was trained to predict. Gets the weights because some families say so only there.
    Parameterization (*parameterization)(const Weights& network);
    LatentFormat (*latent_format)(const Weights& network);
    // A network in diffusers' layout by the names that all of these know; empty when it is none of this family's. Null:
    // the family has no other layout.
    TensorMap (*from_diffusers)(const TensorMap& network) = nullptr;

    // Where a checkpoint of this family keeps its text encoders, and how they are read. No parts: it brings none.
    CheckpointText text = {};
    // Where its checkpoints keep the network that looks at pictures; empty: they bring none.
    std::string_view vision_prefix = {};
    // Where its checkpoints keep the network and the autoencoder.
    std::string_view network_prefix = "model.diffusion_model.";
    std::string_view vae_prefix = "vae.";
    // Its latents are pixels: a checkpoint needs no VAE.
    bool draws_pixels = false;
};

using Families = std::vector<Family>;

// Every family, in the order of their folders. (register_families.cpp, written by CMake)
void register_families(Families& families);

}  // namespace easel::inference
