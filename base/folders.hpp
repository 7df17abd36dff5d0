// Where files are: input, output, temp, user and the model folders by kind (ComfyUI's folder_paths).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

struct ModelFolder {
    std::vector<std::filesystem::path> paths;  // the first is where new files go
    std::set<std::string> extensions;          // ".safetensors", ...; empty: any file
};

// A folder in which clients name files: input, output, temp, a user's. Symbolic links that lead out of it are refused
// unless `may_lead_out`.
struct OwnFolder : std::filesystem::path {
    OwnFolder(std::filesystem::path folder, bool links_may_lead_out = false)
        : std::filesystem::path(std::move(folder)), may_lead_out(links_may_lead_out) {}

    bool may_lead_out;
};

// Thread-safe: listings are cached and renewed when a folder's modification time changes.
class Folders {
public:
    // What is empty is completed from `base`: <base>/models, <base>/input, <base>/output, ...
    struct Roots {
        std::filesystem::path base;
        std::filesystem::path models = {}, input = {}, output = {}, temp = {}, user = {}, custom_nodes = {};
        bool allow_outside_links = false;  // of the folders in which clients name files; model folders always may
    };

    // Declares ComfyUI's standard kinds under the models root: checkpoints, loras, vae, text_encoders (and clip),
    // diffusion_models (and unet), clip_vision, embeddings, controlnet, upscale_models, ... Nothing is created.
    explicit Folders(Roots roots);
    ~Folders();
    Folders(const Folders&) = delete;
    Folders& operator=(const Folders&) = delete;

    const Roots& roots() const { return roots_; }
    OwnFolder directory(std::string_view kind) const;  // "input", "output", "temp"; else throws
    OwnFolder user_directory() const;

    // The kinds of model folders in the reference's order; its old names ("unet", "clip") are understood everywhere.
    const std::vector<std::string>& model_kinds() const { return kinds_; }
    const ModelFolder* model_folder(std::string_view kind) const;
    // For start-up, before other threads ask. A new kind takes files of any extension.
    void add_model_path(std::string_view kind, const std::filesystem::path& path, bool is_default);

    // Relative names of the files of a kind, sorted by code point, symbolic links followed. Empty for an unknown kind.
    std::vector<std::string> files(std::string_view kind) const;
    // The full path of a file by its relative name, "../" taken out; nothing when there is no such file.
    std::optional<std::filesystem::path> find(std::string_view kind, std::string_view name) const;
    // As find, but throws a UserError naming the folder and the nearest existing names.
    std::filesystem::path require(std::string_view kind, std::string_view name) const;

    // extra_model_paths.yaml of the reference. For start-up. Throws UserError naming file and line.
    void load_extra_paths(const std::filesystem::path& yaml);

    // `<folder>/<relative>`, absolute and without "..", when it stays inside the folder, symbolic links resolved;
    // nothing otherwise. The file itself need not exist.
    static std::optional<std::filesystem::path> inside(const OwnFolder& folder, std::string_view relative);

    // Changes whenever a model listing or the input or output folder may have changed: the key under which
    // /object_info may be cached.
    std::uint64_t listing_version() const;

private:
    struct Listing;

    void declare(std::string kind, std::vector<std::string> subfolders, std::set<std::string> extensions);
    std::shared_ptr<const Listing> listing(std::string_view kind) const;

    Roots roots_;
    std::map<std::string, ModelFolder, std::less<>> models_;
    std::vector<std::string> kinds_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::shared_ptr<const Listing>, std::less<>> listings_;
};

}  // namespace easel
