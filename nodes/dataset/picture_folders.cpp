#include "nodes/dataset/picture_folders.hpp"

#include "base/error.hpp"
#include "base/folders.hpp"
#include "base/python_repr.hpp"
#include "nodes/image_io.hpp"
#include "nodes/picture_files/png_writer.hpp"
#include "nodes/saving.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>

namespace easel::nodes {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> picture_endings = {".png", ".jpg", ".jpeg", ".webp"};
constexpr std::array<std::string_view, 6> video_endings = {".mp4", ".avi", ".mov", ".webm", ".mkv", ".flv"};

using Endings = std::span<const std::string_view>;

bool ends_in(const fs::path& file, Endings extensions) {
    std::string name = file.filename().string();
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::any_of(extensions, [&](std::string_view extension) { return name.ends_with(extension); });
}

std::vector<fs::path> entries_of(const DatasetFolder& folder) {
    if (!fs::is_directory(folder))
        throw NamedError("FileNotFoundError",
                         "[Errno 2] No such file or directory: " + python_repr(std::string_view(folder.string())));
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder))
        if (!entry.is_symlink() || Folders::inside(folder.root, entry.path().string())) entries.push_back(entry.path());
    std::ranges::sort(entries);
    return entries;
}

// The number before the first "_" of a folder's name; 1 without one.
int repeats_of(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const std::string start = name.substr(0, name.find('_'));
    int repeats = 1;
    const auto [end, error] = std::from_chars(start.data(), start.data() + start.size(), repeats);
    return error == std::errc() && end == start.data() + start.size() && repeats >= 0 ? repeats : 1;
}

std::vector<fs::path> files_in_folder(const DatasetFolder& folder, Endings extensions) {
    std::vector<fs::path> files = entries_of(folder);
    std::erase_if(files, [&](const fs::path& file) { return !ends_in(file, extensions); });
    return files;
}

std::vector<fs::path> repeated_files_in(const DatasetFolder& folder, Endings extensions) {
    std::vector<fs::path> files;
    for (const fs::path& entry : entries_of(folder)) {
        if (ends_in(entry, extensions)) {
            files.push_back(entry);
        } else if (fs::is_directory(entry)) {
            const std::vector<fs::path> inner = files_in_folder({entry, folder.root}, extensions);
            for (int i = 0; i < repeats_of(entry); ++i)
                files.insert(files.end(), inner.begin(), inner.end());
        }
    }
    return files;
}

std::string padded_index(std::int64_t index) {
    std::string digits = std::to_string(index);
    return digits.size() < 5 ? digits.insert(0, 5 - digits.size(), '0') : digits;
}

}  // namespace

DatasetFolder dataset_folder(const OwnFolder& root, const std::string& name) {
    if (const auto folder = Folders::inside(root, name)) return {*folder, root};
    throw UserError("Invalid folder name " + python_repr(std::string_view(name)) + ": resolves outside of " +
                    root.string());
}

std::vector<fs::path> pictures_in(const DatasetFolder& folder) { return files_in_folder(folder, picture_endings); }
std::vector<fs::path> videos_in(const DatasetFolder& folder) { return files_in_folder(folder, video_endings); }
std::vector<fs::path> repeated_pictures_in(const DatasetFolder& folder) {
    return repeated_files_in(folder, picture_endings);
}
std::vector<fs::path> repeated_videos_in(const DatasetFolder& folder) {
    return repeated_files_in(folder, video_endings);
}

std::string caption_of(const fs::path& file) {
    std::ifstream in(fs::path(file).replace_extension(".txt"), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return trimmed(text, true, true);
}

std::vector<Tensor> load_pictures(const std::vector<fs::path>& files) {
    if (files.empty()) throw UserError("No valid images found in input");
    std::vector<Tensor> pictures;
    for (const fs::path& file : files)
        pictures.push_back(exact_bytes(decode_image(file).pixels.slice(0, 0, 1)).to(at::kFloat).div_(255.0));
    return pictures;
}

std::vector<std::string> save_pictures(const std::vector<Tensor>& pictures, const fs::path& folder,
                                       const std::string& prefix, bool overwrites) {
    fs::create_directories(folder);
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < std::ssize(pictures); ++i) {
        const Tensor& picture = pictures[static_cast<std::size_t>(i)];
        if (picture.size(0) != 1)
            throw UserError("a dataset's picture must be a single one, not a batch of " +
                            std::to_string(picture.size(0)));
        const std::string ending = "_" + padded_index(i) + ".png";
        const std::string name = overwrites ? prefix + ending : SaveSlot(folder, prefix).next_name(0, ending);
        write_whole_file(folder / name, encode_png(to_bytes(picture[0]), {.compression = 6}));
        names.push_back(name);
    }
    return names;
}

}  // namespace easel::nodes
