// Folders of pictures or videos and their captions, as people collect them for training.
#pragma once

#include "base/folders.hpp"
#include "inference/tensor.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace easel::nodes {

// A folder below the input or output folder. What is linked into it from outside of `root` is not seen.
struct DatasetFolder : std::filesystem::path {
    DatasetFolder(std::filesystem::path folder, OwnFolder own)
        : std::filesystem::path(std::move(folder)), root(std::move(own)) {}

    OwnFolder root;
};

// `<root>/<name>`; throws a ValueError for a name that leaves the root.
DatasetFolder dataset_folder(const OwnFolder& root, const std::string& name);

// The picture files directly in a folder, by name.
std::vector<std::filesystem::path> pictures_in(const DatasetFolder& folder);

// The pictures of a folder, then those of its subfolders, which count as often as the number says that their name
// starts with ("10_cats"). (kohya's layout)
std::vector<std::filesystem::path> repeated_pictures_in(const DatasetFolder& folder);

// The same for videos.
std::vector<std::filesystem::path> videos_in(const DatasetFolder& folder);
std::vector<std::filesystem::path> repeated_videos_in(const DatasetFolder& folder);

// What the text file beside a picture or a video says, white space around it taken off; "" without one.
std::string caption_of(const std::filesystem::path& file);

// One [1, h, w, 3] a file, colours in exact 8-bit steps. Throws a ValueError for an empty list.
std::vector<Tensor> load_pictures(const std::vector<std::filesystem::path>& files);

// Saves every picture as PNG and returns the names. `overwrites`: <prefix>_<index>.png; otherwise a counter goes
// between.
std::vector<std::string> save_pictures(const std::vector<Tensor>& pictures, const std::filesystem::path& folder,
                                       const std::string& prefix, bool overwrites);

}  // namespace easel::nodes
