// Where files are: input, output, temp, user and the model folders by kind (ComfyUI's folder_paths).
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

struct ModelFolder {
    std::vector<std::filesystem::path> paths;     // the first is where new files go
    std::set<std::string> extensions;             // ".safetensors", ...; empty: any file
};

// Thread-safe: listings are cached and renewed when a folder's modification time changes.
class Folders {
public:
    struct Roots {
        std::filesystem::path base, input, output, temp, user, custom_nodes;
    };

    // Declares ComfyUI's standard kinds under <base>/models: checkpoints, loras, vae, text_encoders (and clip),
    // diffusion_models (and unet), clip_vision, embeddings, controlnet, upscale_models, ...
    explicit Folders(Roots roots);

    const Roots& roots() const { return roots_; }
    const std::filesystem::path& directory(std::string_view kind) const;   // "input", "output", "temp"; else throws

    // The kinds of model folders in the reference's order, with its old names ("unet", "clip") resolved.
    std::vector<std::string> model_kinds() const;
    const ModelFolder* model_folder(std::string_view kind) const;
    void add_model_path(std::string_view kind, std::filesystem::path path, bool is_default);

    // Relative names of the files of a kind, sorted as the reference sorts them, symbolic links followed.
    std::vector<std::string> files(std::string_view kind) const;
    // The full path of a file by its relative name; nothing when it is absent or would leave its folder.
    std::optional<std::filesystem::path> find(std::string_view kind, std::string_view name) const;
    // As find, but throws a UserError naming the folder and the nearest existing names.
    std::filesystem::path require(std::string_view kind, std::string_view name) const;

    // extra_model_paths.yaml of the reference. Throws UserError naming file and line.
    void load_extra_paths(const std::filesystem::path& yaml);

    // `<directory>/<relative>` when it stays inside the directory, links resolved; nothing otherwise.
    static std::optional<std::filesystem::path> inside(const std::filesystem::path& directory, std::string_view relative);

    // Changes whenever any model listing may have changed: the key under which /object_info may be cached.
    std::uint64_t listing_version() const;

private:
    struct Listing;
    Roots roots_;
    std::map<std::string, ModelFolder, std::less<>> models_;
    std::vector<std::string> kinds_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::shared_ptr<Listing>, std::less<>> listings_;
};

}  // namespace easel
