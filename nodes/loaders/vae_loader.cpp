#include "base/error.hpp"
#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "inference/vae/pixel_space.hpp"
#include "inference/vae/tiny.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The file of a tiny autoencoder's `half` ("encoder", "decoder") in the vae_approx folders.
std::optional<std::string> tiny_file(const Folders& folders, std::string_view variant, std::string_view half) {
    const std::string beginning = std::string(variant) + "_" + std::string(half) + ".";
    for (const std::string& name : folders.files("vae_approx"))
        if (name.starts_with(beginning)) return name;
    return std::nullopt;
}

// The files of the vae folder, tiny autoencoders of which both halves are there, and the one for models of pixels.
Json vae_names(const Services& services) {
    const auto& folders = services.use<Folders>();
    Json names = Json::array();
    for (const std::string& name : folders.files("vae"))
        names.push_back(name);
    for (const std::string_view variant : inference::tiny_variant_names())
        if (tiny_file(folders, variant, "encoder") && tiny_file(folders, variant, "decoder"))
            names.push_back(std::string(variant));
    names.push_back("pixel_space");
    return names;
}

struct VAELoader {
    std::string vae_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load VAE";
        s.in("vae_name", &VAELoader::vae_name).choices(vae_names);
    }

    Vae execute(Context& context) const {
        if (vae_name == "pixel_space") return inference::pixel_space_vae();
        auto& engine = context.use<inference::Engine>();
        const auto& folders = context.use<Folders>();
        if (inference::find_tiny_variant(vae_name) == nullptr) return engine.load_vae(folders.require("vae", vae_name));
        const auto encoder = tiny_file(folders, vae_name, "encoder"), decoder = tiny_file(folders, vae_name, "decoder");
        if (!encoder || !decoder)
            throw UserError(vae_name + " needs " + vae_name + "_encoder and " + vae_name +
                            "_decoder in models/vae_approx");
        return engine.load_tiny_vae(folders.require("vae_approx", *encoder), folders.require("vae_approx", *decoder),
                                    vae_name);
    }
};

}  // namespace

void register_vae_loader(Registry& registry) { registry.add<VAELoader>("VAELoader"); }

}  // namespace easel::nodes
