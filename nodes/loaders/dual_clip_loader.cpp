#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct DualCLIPLoader {
    std::string clip_name1;
    std::string clip_name2;
    std::string type;
    std::optional<std::string> device;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load CLIP (Dual)";
        s.description = "Recipes:\nsdxl: clip-l, clip-g\nsd3: clip-l, clip-g / clip-l, t5 / clip-g, t5\nflux: clip-l, "
                        "t5\nhidream: at least one of t5 or llama, recommended t5 and llama\nhunyuan_image: qwen2.5vl "
                        "7b and byt5 small\nnewbie: gemma-3-4b-it, jina clip v2";
        s.in("clip_name1", &DualCLIPLoader::clip_name1).choices(files_in("text_encoders"));
        s.in("clip_name2", &DualCLIPLoader::clip_name2).choices(files_in("text_encoders"));
        s.in("type", &DualCLIPLoader::type)
            .choices(one_of({"sdxl", "sd3", "flux", "hunyuan_video", "hidream", "hunyuan_image", "hunyuan_video_15",
                             "kandinsky5", "kandinsky5_image", "ltxv", "newbie", "ace"}));
        s.in("device", &DualCLIPLoader::device).choices(one_of({"default", "cpu"})).advanced();
    }

    Clip execute(Context& context) const {
        std::vector<std::filesystem::path> paths;
        for (const auto& name : {clip_name1, clip_name2})
            paths.push_back(context.use<Folders>().require("text_encoders", name));
        return context.use<inference::Engine>().load_text_encoder(paths, type);
    }
};

}  // namespace

void register_dual_clip_loader(Registry& registry) { registry.add<DualCLIPLoader>("DualCLIPLoader"); }

}  // namespace easel::nodes
