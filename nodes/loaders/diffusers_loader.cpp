#include "base/error.hpp"
#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <initializer_list>

namespace easel::nodes {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view index_name = "model_index.json";

const std::vector<fs::path>& diffusers_roots(const Folders& folders) {
    return folders.model_folder("diffusers")->paths;
}

// Folders that hold a model in diffusers' layout, relative to the folders where these are kept.
std::vector<std::string> pipelines(const Folders& folders) {
    std::vector<std::string> found;
    for (const fs::path& root : diffusers_roots(folders)) {
        std::error_code failed;
        const auto options =
            fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
        for (auto entry = fs::recursive_directory_iterator(root, options, failed);
             entry != fs::recursive_directory_iterator(); entry.increment(failed))
            if (entry->path().filename() == index_name)
                found.push_back(entry->path().parent_path().lexically_relative(root).string());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::optional<fs::path> first_of(const fs::path& folder, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (fs::exists(folder / name)) return folder / name;
    return std::nullopt;
}

std::optional<fs::path> network_in(const fs::path& folder) {
    return first_of(folder, {"diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors",
                             "diffusion_pytorch_model.fp16.bin", "diffusion_pytorch_model.bin"});
}

std::optional<fs::path> encoder_in(const fs::path& folder) {
    return first_of(folder,
                    {"model.fp16.safetensors", "model.safetensors", "pytorch_model.fp16.bin", "pytorch_model.bin"});
}

struct DiffusersLoader {
    std::string model_path;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load Diffusers Model (DEPRECATED)";
        s.deprecated = true;
        s.search_aliases = {"load diffusers model"};
        s.in("model_path", &DiffusersLoader::model_path).choices([](const Services& services) {
            return Json(pipelines(services.use<Folders>()));
        });
    }

    std::tuple<Model, Clip, Vae> execute(Context& context) const {
        const fs::path folder = folder_of(context.use<Folders>());
        const auto part = [&](std::string_view name, const std::optional<fs::path>& file) {
            if (!file) throw UserError(model_path + " has no weights in its folder " + std::string(name));
            return *file;
        };
        std::vector<fs::path> encoders{part("text_encoder", encoder_in(folder / "text_encoder"))};
        if (const auto second = encoder_in(folder / "text_encoder_2")) encoders.push_back(*second);
        auto& engine = context.use<inference::Engine>();
        return {engine.load_diffusion_model(part("unet", network_in(folder / "unet"))),
                engine.load_text_encoder(encoders, encoders.size() == 1 ? "stable_diffusion" : "sdxl"),
                engine.load_vae(part("vae", network_in(folder / "vae")))};
    }

private:
    fs::path folder_of(const Folders& folders) const {
        const std::vector<std::string> known = pipelines(folders);
        if (std::find(known.begin(), known.end(), model_path) == known.end())
            throw UserError("there is no model " + model_path +
                            " in models/diffusers (a folder with a model_index.json)");
        for (const fs::path& root : diffusers_roots(folders))
            if (fs::is_regular_file(root / model_path / index_name)) return root / model_path;
        throw UserError("the model " + model_path + " is no longer in models/diffusers");
    }
};

}  // namespace

void register_diffusers_loader(Registry& registry) { registry.add<DiffusersLoader>("DiffusersLoader"); }

}  // namespace easel::nodes
