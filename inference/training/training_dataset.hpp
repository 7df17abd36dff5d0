// Pictures and captions for training as a model reads them, in files that ComfyUI reads and writes as well.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/latent_image.hpp"

#include <filesystem>
#include <vector>

namespace easel::inference {

// As many of one as of the other.
struct TrainingSamples {
    std::vector<LatentImage> latents;
    std::vector<Conditioning> conditions;
};

// Writes <folder>/shard_0000.pkl, shard_0001.pkl, ... with `shard_size` samples each, and metadata.json, which counts
// them. Of conditions, the prompt and what its encoder says beside it are kept. Throws UserError when the folder cannot
// be written or the numbers of latents and conditions differ. (SaveTrainingDataset)
void save_training_samples(const std::filesystem::path& folder, const TrainingSamples& samples, std::size_t shard_size);

// The samples of a folder's files, in the order of their names. Throws UserError when there are none and ModelError
// when a file is damaged. (LoadTrainingDataset)
TrainingSamples load_training_samples(const std::filesystem::path& folder);

}  // namespace easel::inference
