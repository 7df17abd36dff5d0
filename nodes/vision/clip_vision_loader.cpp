#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct CLIPVisionLoader {
    std::string clip_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load CLIP Vision";
        s.in("clip_name", &CLIPVisionLoader::clip_name).choices(files_in("clip_vision"));
    }

    inference::ClipVision execute(Context& context) const {
        return context.use<inference::Engine>().load_clip_vision(
            context.use<Folders>().require("clip_vision", clip_name));
    }
};

}  // namespace

void register_clip_vision_loader(Registry& registry) { registry.add<CLIPVisionLoader>("CLIPVisionLoader"); }

}  // namespace easel::nodes
