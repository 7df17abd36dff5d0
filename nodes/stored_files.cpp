#include "nodes/stored_files.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <memory>
#include <set>
#include <vector>

namespace easel::nodes {

namespace fs = std::filesystem;

namespace {

struct Annotated {
    std::string_view name;
    std::string_view folder;
};

// One character before the annotation is dropped with it: normally the space.
Annotated split_annotation(std::string_view name) {
    for (const std::string_view folder : {"output", "input", "temp"}) {
        const std::string annotation = "[" + std::string(folder) + "]";
        if (!name.ends_with(annotation)) continue;
        const std::size_t dropped = std::min(name.size(), annotation.size() + 1);
        return {name.substr(0, name.size() - dropped), folder};
    }
    return {name, "input"};
}

// Extensions that Python's mimetypes module calls image/*.
const std::set<std::string_view> picture_extensions{
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".ico", ".ief", ".jpe", ".jpeg", ".jpg",  ".pbm", ".pct", ".pgm", ".pic",
    ".pict", ".png", ".pnm", ".ppm",  ".ras",  ".rgb", ".svg", ".tif", ".tiff", ".webp", ".xbm", ".xpm", ".xwd"};

// The usual ones of video/* and audio/*.
const std::set<std::string_view> video_extensions{".avi", ".dv",  ".flv",   ".m1v", ".m2v",  ".m4v",
                                                  ".mkv", ".mov", ".movie", ".mp4", ".mpeg", ".mpg",
                                                  ".mpe", ".mpv", ".ogv",   ".qt",  ".webm", ".wmv"};
const std::set<std::string_view> sound_extensions{".3g2",  ".3gp",  ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr",
                                                  ".au",   ".flac", ".m4a", ".mp1", ".mp2", ".mp3",  ".oga",  ".ogg",
                                                  ".opus", ".ra",   ".snd", ".spx", ".wav", ".wma"};

std::string extension_of(const fs::path& file) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

// The files directly in the input folder whose extension is in one of `kinds`, by name.
graph::Choices input_files_of(std::vector<const std::set<std::string_view>*> kinds) {
    return [kinds = std::move(kinds)](const graph::Services& services) {
        std::vector<std::string> names;
        std::error_code failed;
        const OwnFolder folder = services.use<Folders>().directory("input");
        for (const auto& entry : fs::directory_iterator(folder, failed)) {
            if (entry.is_symlink(failed) && !Folders::inside(folder, entry.path().string())) continue;
            const std::string extension = extension_of(entry.path());
            const auto holds = [&](const auto* extensions) { return extensions->contains(extension); };
            if (entry.is_regular_file(failed) && std::ranges::any_of(kinds, holds))
                names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return Json(names);
    };
}

}  // namespace

std::optional<fs::path> annotated_file(const Folders& folders, std::string_view name) {
    const auto [file, folder] = split_annotation(name);
    const auto path = Folders::inside(folders.directory(folder), file);
    std::error_code failed;
    return path && fs::exists(*path, failed) ? path : std::nullopt;
}

fs::path require_annotated_file(const Folders& folders, std::string_view name) {
    const auto [file, folder] = split_annotation(name);
    const auto path = Folders::inside(folders.directory(folder), file);
    if (!path) throw UserError("Invalid file path: " + python_repr(file));
    if (std::error_code failed; !fs::exists(*path, failed))
        throw NamedError("FileNotFoundError",
                         "[Errno 2] No such file or directory: " + python_repr(std::string_view(path->string())));
    return *path;
}

std::string file_digest(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw NamedError("FileNotFoundError", "cannot read " + file.string());
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
    std::vector<char> buffer(1 << 16);
    while (in.read(buffer.data(), std::ssize(buffer)) || in.gcount() > 0)
        EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));

    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(digest.get(), bytes.data(), &length);
    std::string digits;
    for (unsigned int i = 0; i < length; ++i) {
        digits += "0123456789abcdef"[bytes[i] >> 4];
        digits += "0123456789abcdef"[bytes[i] & 15];
    }
    return digits;
}

graph::Choices input_pictures() { return input_files_of({&picture_extensions}); }
graph::Choices input_videos() { return input_files_of({&video_extensions}); }
graph::Choices input_sounds() { return input_files_of({&sound_extensions, &video_extensions}); }

graph::Choices input_folders() {
    return [](const graph::Services& services) {
        const fs::path root = services.use<Folders>().directory("input");
        std::vector<std::string> names;
        std::error_code failed;
        for (auto entry = fs::recursive_directory_iterator(root, failed); !failed && entry != fs::end(entry);
             entry.increment(failed))
            if (entry->is_directory()) names.push_back(fs::relative(entry->path(), root).generic_string());
        std::ranges::sort(names);
        return Json(names);
    };
}

}  // namespace easel::nodes
