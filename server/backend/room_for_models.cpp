#include "server/backend/room_for_models.hpp"

#include "base/host_memory.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace easel::server {

namespace {

// Activations of a picture of a megapixel, roughly.
constexpr std::uint64_t for_activations = std::uint64_t{1} << 30;
constexpr std::size_t most_named = 4;

struct File {
    std::string name;
    std::uint64_t bytes;
};

std::vector<File> installed(const Folders& folders) {
    std::vector<File> files;
    for (const char* kind : {"checkpoints", "diffusion_models"})
        for (const std::string& name : folders.files(kind)) {
            std::error_code error;
            const auto path = folders.find(kind, name);
            const std::uint64_t bytes = path ? std::filesystem::file_size(*path, error) : 0;
            if (path && !error) files.push_back({name, bytes});
        }
    std::ranges::sort(files, std::greater(), &File::bytes);
    return files;
}

}  // namespace

std::string room_for_models(const inference::DeviceMemory& memory, const Folders& folders) {
    const std::uint64_t room = memory.room_for_weights(for_activations);
    std::string text = readable_bytes(room) + " of " + readable_bytes(memory.state().total) +
                       (memory.device().is_cpu() ? "" : " on " + memory.device().str());
    const std::vector<File> files = installed(folders);
    const auto first_whole = std::ranges::find_if(files, [&](const File& file) { return file.bytes <= room; });
    if (files.empty()) return text;
    if (first_whole == files.begin()) return text + "; all installed models fit whole";
    text += "; passing through block by block, because they are larger: ";
    const auto too_large = static_cast<std::size_t>(first_whole - files.begin());
    for (std::size_t i = 0; i < std::min(too_large, most_named); ++i)
        text += (i == 0 ? "" : ", ") + files[i].name + " (" + readable_bytes(files[i].bytes) + ")";
    if (too_large > most_named) text += " and " + std::to_string(too_large - most_named) + " more";
    return text;
}

}  // namespace easel::server
