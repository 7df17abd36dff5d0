#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct QuadrupleCLIPLoader {
    std::string clip_name1;
    std::string clip_name2;
    std::string clip_name3;
    std::string clip_name4;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hidream";
        s.category = "model/loaders";
        s.display_name = "Load CLIP (Quadruple)";
        s.description = "Recipes:\nhidream: long clip-l, long clip-g, t5xxl, llama_8b_3.1_instruct";
        s.in("clip_name1", &QuadrupleCLIPLoader::clip_name1).choices(files_in("text_encoders"));
        s.in("clip_name2", &QuadrupleCLIPLoader::clip_name2).choices(files_in("text_encoders"));
        s.in("clip_name3", &QuadrupleCLIPLoader::clip_name3).choices(files_in("text_encoders"));
        s.in("clip_name4", &QuadrupleCLIPLoader::clip_name4).choices(files_in("text_encoders"));
    }

    Clip execute(Context& context) const {
        std::vector<std::filesystem::path> paths;
        for (const auto& name : {clip_name1, clip_name2, clip_name3, clip_name4})
            paths.push_back(context.use<Folders>().require("text_encoders", name));
        return context.use<inference::Engine>().load_text_encoder(paths, "hidream");
    }
};

}  // namespace

void register_quadruple_clip_loader(Registry& registry) { registry.add<QuadrupleCLIPLoader>("QuadrupleCLIPLoader"); }

}  // namespace easel::nodes
