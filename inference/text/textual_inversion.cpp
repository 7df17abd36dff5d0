#include "inference/text/textual_inversion.hpp"

#include "base/log.hpp"
#include "inference/weights/safetensors.hpp"

#include <string>

namespace easel::inference {

namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& path, const fs::path& folder) {
    const auto relative = path.lexically_normal().lexically_relative(folder.lexically_normal());
    return !relative.empty() && *relative.begin() != "..";
}

// The folders and everything below them, each folder before what it contains.
std::vector<fs::path> with_subfolders(const std::vector<fs::path>& folders) {
    std::vector<fs::path> all;
    for (const auto& folder : folders) {
        all.push_back(folder);
        std::error_code error;
        const auto options =
            fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
        for (fs::recursive_directory_iterator entry(folder, options, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry.depth() > 16) entry.disable_recursion_pending();  // links in a circle
            if (entry->is_directory(error)) all.push_back(entry->path());
        }
    }
    return all;
}

std::optional<fs::path> find_file(std::string_view name, const std::vector<fs::path>& folders) {
    for (const auto& folder : with_subfolders(folders)) {
        const fs::path path = folder / name;
        if (!is_inside(path, folder)) continue;
        for (const char* extension : {"", ".safetensors", ".pt", ".bin"}) {
            fs::path candidate = path;
            candidate += extension;
            std::error_code error;
            if (fs::is_regular_file(candidate, error)) return candidate;
        }
    }
    return std::nullopt;
}

// Vectors that a LoRA file brings along, under `bundle_emb.<name><suffix>`.
Tensor bundled(const TensorMap& tensors, std::string_view suffix) {
    std::vector<Tensor> parts;
    for (const auto& [key, tensor] : tensors)
        if (key.starts_with("bundle_emb.") && key.ends_with(suffix)) parts.push_back(tensor);
    return parts.empty() ? Tensor() : at::cat(parts);
}

Tensor vectors_in(const TensorMap& tensors, std::string_view encoder) {
    if (const auto own = tensors.find(encoder); own != tensors.end()) return own->second;
    for (const auto& [key, tensor] : tensors)
        if (key.starts_with("string_to_param.")) return tensor;
    Tensor vectors = bundled(tensors, ".string_to_param.*");
    if (!vectors.defined()) vectors = bundled(tensors, "." + std::string(encoder));
    return vectors.defined() ? vectors : tensors.begin()->second;
}

}  // namespace

std::optional<Tensor> find_embedding(std::string_view name, std::string_view encoder,
                                     const std::vector<fs::path>& folders) {
    if (name.empty()) return std::nullopt;
    const auto path = find_file(name, folders);
    if (!path) return std::nullopt;
    try {
        const auto file = open_weights(*path);
        if (file.tensors.empty()) throw ModelError(path->filename().string() + " holds no tensors");
        const Tensor vectors = vectors_in(file.tensors, encoder);
        if (vectors.dim() < 1 || vectors.dim() > 2)
            throw ModelError(path->filename().string() + " is no textual inversion");
        return vectors.dim() == 1 ? vectors.unsqueeze(0) : vectors;
    } catch (const Error& error) {
        logger("inference")->warn("embedding:{} is skipped: {}", name, error.what());
        return std::nullopt;
    }
}

}  // namespace easel::inference
