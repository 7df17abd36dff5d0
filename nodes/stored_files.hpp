// Files that workflows name: uploads, earlier results. A name may carry the folder it lies in: "cat.png [output]".
#pragma once

#include "base/folders.hpp"
#include "graph/schema.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace easel::nodes {

// The file that `name` stands for: in the folder of its annotation ("[input]", "[output]", "[temp]"), else in the input
// folder. Nothing when it does not exist or would leave that folder. (folder_paths.exists_annotated_filepath)
std::optional<std::filesystem::path> annotated_file(const Folders& folders, std::string_view name);

// The same, but throws a ValueError for a name that leaves its folder and a FileNotFoundError for an absent file.
std::filesystem::path require_annotated_file(const Folders& folders, std::string_view name);

// SHA-256 of the content in lower-case hexadecimal digits: what tells a changed file from an unchanged one.
std::string file_digest(const std::filesystem::path& file);

// The picture files directly in the input folder, by name.
graph::Choices input_pictures();

// The files directly in the input folder that hold a video, or a sound or a video, by name.
graph::Choices input_videos();
graph::Choices input_sounds();

// The folders below the input folder, "cats/small", by name.
graph::Choices input_folders();

}  // namespace easel::nodes
