// The files of a zip archive that are stored as they are, as PyTorch stores its tensors.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace easel::inference {

class ZipArchive {
public:
    // Reads the directory at the end. Throws PickleProblem when it is damaged.
    explicit ZipArchive(std::span<const std::byte> bytes);

    // Throws PickleProblem when there is no such file or when it is compressed.
    std::span<const std::byte> file(const std::string& name) const;
    // The folder, with its slash, in which a file of this name is; throws PickleProblem when there is none.
    std::string folder_of(std::string_view name) const;

private:
    struct Place {
        std::size_t header, size;
        bool is_stored;
    };
    std::span<const std::byte> bytes_;
    std::map<std::string, Place> places_;
};

}  // namespace easel::inference
