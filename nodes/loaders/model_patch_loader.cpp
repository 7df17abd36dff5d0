#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelPatchLoader {
    std::string name;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model/loaders";
        s.display_name = "Load Model Patch";
        s.experimental = true;
        s.in("name", &ModelPatchLoader::name).choices(files_in("model_patches"));
    }

    ModelPatch execute(Context& context) const {
        return context.use<inference::Engine>().load_model_patch(
            context.use<Folders>().require("model_patches", name));
    }
};

}  // namespace

void register_model_patch_loader(Registry& registry) { registry.add<ModelPatchLoader>("ModelPatchLoader"); }

}  // namespace easel::nodes

