#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The files of the vae folder. The reference also lists the autoencoders it makes up itself (pixel_space, TAESD pairs);
// those are not built in, so they are not offered.
struct VAELoader {
    std::string vae_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load VAE";
        s.in("vae_name", &VAELoader::vae_name).choices(files_in("vae"));
    }

    Vae execute(Context& context) const {
        return context.use<inference::Engine>().load_vae(context.use<Folders>().require("vae", vae_name));
    }
};

}  // namespace

void register_vae_loader(Registry& registry) { registry.add<VAELoader>("VAELoader"); }

}  // namespace easel::nodes
