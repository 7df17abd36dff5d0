// Latents on disk: safetensors files named .latent with the samples as `latent_tensor`.
#pragma once

#include "inference/sampling/latent_image.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace easel::inference {

// Files without the marker `latent_format_version_0` hold latents scaled by SD1.5's factor; they are scaled back.
// Throws ModelError when the file is no latent.
LatentImage load_latent(const std::filesystem::path& path);

void save_latent(const std::filesystem::path& path, const LatentImage& latent,
                 const std::map<std::string, std::string>& metadata);

}  // namespace easel::inference
