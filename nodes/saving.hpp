// Where results are saved and under which names: prefixes with variables, counters, and files that appear whole.
#pragma once

#include "base/folders.hpp"
#include "base/json.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace easel::nodes {

// The names of a batch of results that are saved together: "<stem>_<counter>_<extension>", the counter one above the
// highest in the folder. (folder_paths.get_save_image_path)
class SaveSlot {
public:
    // `prefix` may name subfolders and hold %width%, %height%, %year%, %month%, %day%, %hour%, %minute%, %second%. The
    // folder is made when it is absent. Throws an error of type Exception when it would leave `directory`.
    SaveSlot(const OwnFolder& directory, std::string_view prefix, std::int64_t width = 0, std::int64_t height = 0);

    // The same where the caller knows the counter, because nobody else saves under this prefix: the folder is not
    // listed.
    SaveSlot(const OwnFolder& directory, std::string_view prefix, std::int64_t counter, std::int64_t width,
             std::int64_t height);

    // The name of the next file; its counter goes up. %batch_num% in the prefix becomes `batch_number`. `ending` is
    // what follows the counter: "_.png", "_.latent".
    std::string next_name(std::int64_t batch_number, std::string_view ending);

    // Writes next_name's file, so that nobody sees a half-written one, and returns what the client is told of it:
    // {"filename", "subfolder", "type"}.
    Json save(std::span<const std::uint8_t> bytes, std::int64_t batch_number, std::string_view ending,
              std::string_view type);

    const std::filesystem::path& folder() const { return folder_; }
    const std::string& subfolder() const { return subfolder_; }
    std::int64_t counter() const { return counter_; }

private:
    struct Place {
        OwnFolder directory;
        std::string prefix;  // variables filled in
    };
    explicit SaveSlot(const Place& place);

    std::filesystem::path folder_;
    std::string subfolder_;
    std::string stem_;
    std::int64_t counter_ = 1;
};

// Writes a file under a temporary name beside it and renames it.
void write_whole_file(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

}  // namespace easel::nodes
