#include "base/folders.hpp"

#include "base/error.hpp"
#include "base/folder_listing.hpp"
#include "base/nearest_names.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>

namespace easel {

namespace fs = std::filesystem;

namespace {

// Kinds that hold the GGUF files of another kind's folders.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> gguf_kinds{
    {{"unet_gguf", "diffusion_models"}, {"clip_gguf", "text_encoders"}}};

// Directories that change in the very instant in which they are read would keep their time: such a listing is not kept.
constexpr auto settling_time = std::chrono::milliseconds(50);

// Names of earlier versions of the reference, still used by workflows and configuration files.
std::string_view current_kind(std::string_view kind) {
    if (kind == "unet") return "diffusion_models";
    if (kind == "clip") return "text_encoders";
    return kind;
}

bool is_inside(const fs::path& directory, const fs::path& path) {
    return std::mismatch(directory.begin(), directory.end(), path.begin(), path.end()).first == directory.end();
}

// Without "..", "." and a slash at the end.
fs::path absolute_path(const fs::path& path) {
    const fs::path normal = fs::absolute(path).lexically_normal();
    return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

void mix(std::uint64_t& hash, std::uint64_t value) {
    hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
}

}  // namespace

struct Folders::Listing {
    std::vector<std::string> files;
    std::vector<FolderTime> folders;
    fs::file_time_type taken;
    std::uint64_t id = 0;
};

Folders::Folders(Roots roots) : roots_(std::move(roots)) {
    roots_.base = fs::absolute(roots_.base.empty() ? fs::path(".") : roots_.base).lexically_normal();
    auto complete = [this](fs::path& path, const char* name) {
        path = (path.empty() ? roots_.base / name : fs::absolute(path)).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();
    };
    if (!roots_.base.has_filename() && roots_.base.has_relative_path()) roots_.base = roots_.base.parent_path();
    complete(roots_.models, "models");
    complete(roots_.input, "input");
    complete(roots_.output, "output");
    complete(roots_.temp, "temp");
    complete(roots_.user, "user");
    complete(roots_.custom_nodes, "custom_nodes");

    // Not listed among the kinds: the folders of well-known node packs.
    for (const auto& [kind, of] : gguf_kinds)
        models_[std::string(kind)].extensions = {".gguf"};
    models_["ipadapter"].paths = {roots_.models / "ipadapter"};
    const std::set<std::string> weights = {".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"};
    declare("checkpoints", {"checkpoints"}, weights);
    declare("configs", {"configs"}, {".yaml"});
    declare("loras", {"loras"}, weights);
    declare("vae", {"vae"}, weights);
    declare("text_encoders", {"text_encoders", "clip"}, weights);
    declare("diffusion_models", {"unet", "diffusion_models"}, weights);
    declare("clip_vision", {"clip_vision"}, weights);
    declare("style_models", {"style_models"}, weights);
    declare("embeddings", {"embeddings"}, weights);
    declare("diffusers", {"diffusers"}, {"folder"});
    declare("vae_approx", {"vae_approx"}, weights);
    declare("controlnet", {"controlnet", "t2i_adapter"}, weights);
    declare("gligen", {"gligen"}, weights);
    declare("upscale_models", {"upscale_models"}, weights);
    declare("latent_upscale_models", {"latent_upscale_models"}, weights);
    models_["custom_nodes"] = {{roots_.custom_nodes}, {}};
    models_["datasets"] = {{roots_.base / "datasets"}, {}};
    kinds_.insert(kinds_.end(), {"custom_nodes", "datasets"});
    declare("hypernetworks", {"hypernetworks"}, weights);
    declare("photomaker", {"photomaker"}, weights);
    declare("classifiers", {"classifiers"}, {""});
    for (const char* kind : {"model_patches", "audio_encoders", "background_removal", "frame_interpolation",
                             "geometry_estimation", "optical_flow", "detection"})
        declare(kind, {kind}, weights);
}

Folders::~Folders() = default;

void Folders::declare(std::string kind, std::vector<std::string> subfolders, std::set<std::string> extensions) {
    ModelFolder folder{.paths = {}, .extensions = std::move(extensions)};
    for (const std::string& subfolder : subfolders)
        folder.paths.push_back(roots_.models / subfolder);
    for (const auto& [gguf, of] : gguf_kinds)
        if (of == kind) models_[std::string(gguf)].paths = folder.paths;
    models_[kind] = std::move(folder);
    kinds_.push_back(std::move(kind));
}

OwnFolder Folders::directory(std::string_view kind) const {
    if (kind == "input") return {roots_.input, roots_.allow_outside_links};
    if (kind == "output") return {roots_.output, roots_.allow_outside_links};
    if (kind == "temp") return {roots_.temp, roots_.allow_outside_links};
    throw UserError("there is no folder type \"" + std::string(kind) + "\"; use input, output or temp");
}

OwnFolder Folders::user_directory() const { return {roots_.user, roots_.allow_outside_links}; }

const ModelFolder* Folders::model_folder(std::string_view kind) const {
    const auto found = models_.find(current_kind(kind));
    return found == models_.end() ? nullptr : &found->second;
}

void Folders::add_model_path(std::string_view kind, const fs::path& path, bool is_default) {
    const std::string name(current_kind(kind));
    for (const auto& [gguf, of] : gguf_kinds)
        if (of == name) add_model_path(gguf, path, is_default);
    if (!models_.contains(name)) kinds_.push_back(name);
    std::vector<fs::path>& paths = models_[name].paths;
    const auto known = std::find(paths.begin(), paths.end(), path);
    if (is_default) {
        if (known != paths.end()) paths.erase(known);
        paths.insert(paths.begin(), path);
    } else if (known == paths.end()) {
        paths.push_back(path);
    }
    std::lock_guard lock(mutex_);
    listings_.erase(name);
}

std::shared_ptr<const Folders::Listing> Folders::listing(std::string_view kind) const {
    kind = current_kind(kind);
    const auto model = models_.find(kind);
    if (model == models_.end()) return nullptr;
    std::shared_ptr<const Listing> known;
    {
        std::lock_guard lock(mutex_);
        if (auto found = listings_.find(kind); found != listings_.end()) known = found->second;
    }
    const auto unchanged = [&known](const FolderTime& folder) {
        return folder.changed + settling_time < known->taken && modification_time(folder.path) == folder.changed;
    };
    if (known && std::all_of(known->folders.begin(), known->folders.end(), unchanged)) return known;

    auto fresh = std::make_shared<Listing>();
    fresh->taken = fs::file_time_type::clock::now();
    for (const fs::path& path : model->second.paths)
        list_files(path, model->second.extensions, fresh->files, fresh->folders);
    std::sort(fresh->files.begin(), fresh->files.end());
    fresh->files.erase(std::unique(fresh->files.begin(), fresh->files.end()), fresh->files.end());
    for (const std::string& file : fresh->files)
        mix(fresh->id, std::hash<std::string>{}(file));
    std::lock_guard lock(mutex_);
    listings_[std::string(kind)] = fresh;
    return fresh;
}

std::vector<std::string> Folders::files(std::string_view kind) const {
    const auto found = listing(kind);
    return found ? found->files : std::vector<std::string>{};
}

std::optional<fs::path> Folders::find(std::string_view kind, std::string_view name) const {
    const ModelFolder* folder = model_folder(kind);
    if (!folder || name.empty() || name.find('\0') != name.npos) return {};
    const fs::path relative = ("/" / fs::path(name)).lexically_normal().relative_path();
    for (const fs::path& directory : folder->paths) {
        std::error_code ignored;
        if (fs::is_regular_file(directory / relative, ignored)) return directory / relative;
    }
    return {};
}

fs::path Folders::require(std::string_view kind, std::string_view name) const {
    if (auto path = find(kind, name)) return *path;
    const ModelFolder* folder = model_folder(kind);
    if (!folder) throw UserError("there is no kind of model folder called " + std::string(kind));
    std::string message = "there is no " + std::string(name) + " in the folder " + std::string(kind) + " (";
    for (const fs::path& path : folder->paths)
        message += (&path == folder->paths.data() ? "" : ", ") + path.string();
    message += ")";
    const std::vector<std::string> existing = files(kind);
    const std::vector<std::string> nearest = nearest_names(name, existing, 3);
    if (existing.empty())
        message += "; it holds no model files";
    else if (nearest.empty())
        message += "; it holds " + std::to_string(existing.size()) + " other files";
    else
        message += "; the nearest names are " + joined(nearest);
    throw UserError(message);
}

std::optional<fs::path> Folders::inside(const OwnFolder& folder, std::string_view relative) {
    if (relative.find('\0') != relative.npos) return {};
    const fs::path root = absolute_path(folder), wanted = absolute_path(folder / fs::path(relative));
    if (!is_inside(root, wanted)) return {};
    if (folder.may_lead_out) return wanted;
    std::error_code failed;
    const fs::path real_root = fs::weakly_canonical(root, failed);
    if (failed) return {};
    fs::path reached = real_root;
    for (const fs::path& part : wanted.lexically_relative(root)) {
        reached /= part;
        // A link to nothing would be followed by whoever makes a file of its name.
        if (fs::is_symlink(reached, failed) && !fs::exists(reached, failed)) return {};
    }
    const fs::path target = fs::weakly_canonical(wanted, failed);
    if (failed || !is_inside(real_root, target)) return {};
    return wanted;
}

std::uint64_t Folders::listing_version() const {
    std::uint64_t version = 0;
    for (const std::string& kind : kinds_)
        mix(version, listing(kind)->id);
    const auto now = fs::file_time_type::clock::now();
    for (const fs::path& path : {roots_.input, roots_.output}) {
        const auto changed = modification_time(path);
        mix(version, static_cast<std::uint64_t>(changed.time_since_epoch().count()));
        if (changed + settling_time > now) mix(version, static_cast<std::uint64_t>(now.time_since_epoch().count()));
    }
    return version;
}

}  // namespace easel
