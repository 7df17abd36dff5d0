#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TripleCLIPLoader {
    std::string clip_name1;
    std::string clip_name2;
    std::string clip_name3;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sd3";
        s.category = "model/loaders";
        s.display_name = "Load CLIP (Triple)";
        s.description = "Recipes:\nsd3: clip-l, clip-g, t5";
        s.in("clip_name1", &TripleCLIPLoader::clip_name1).choices(files_in("text_encoders"));
        s.in("clip_name2", &TripleCLIPLoader::clip_name2).choices(files_in("text_encoders"));
        s.in("clip_name3", &TripleCLIPLoader::clip_name3).choices(files_in("text_encoders"));
    }

    Clip execute(Context& context) const {
        std::vector<std::filesystem::path> paths;
        for (const auto& name : {clip_name1, clip_name2, clip_name3})
            paths.push_back(context.use<Folders>().require("text_encoders", name));
        return context.use<inference::Engine>().load_text_encoder(paths, "sd3");
    }
};

}  // namespace

void register_triple_clip_loader(Registry& registry) { registry.add<TripleCLIPLoader>("TripleCLIPLoader"); }

}  // namespace easel::nodes
