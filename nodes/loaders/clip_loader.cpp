#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPLoader {
    std::string clip_name;
    std::string type;
    std::optional<std::string> device;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load CLIP";
        s.description =
            "Recipes:\nsd: clip-l\nstable cascade: clip-g\nsd3: t5 xxl / clip-g / clip-l\nstable audio: t5 "
            "base\nmochi: t5 xxl\ncogvideox: t5 xxl (226-token padding)\ncosmos: old t5 xxl\nlumina2: gemma 2 2B\nwan: "
            "umt5 xxl\nhidream: llama-3.1 (Recommend) or t5\nomnigen2: qwen vl 2.5 3B\njoyimage: qwen3-vl 8B\nlens: "
            "gpt-oss-20b\npixeldit: gemma 2 2B elm\nminimax: MiniMax H3 Qwen3-VL or Music3 Qwen/RVQ";
        s.in("clip_name", &CLIPLoader::clip_name).choices(files_in("text_encoders"));
        s.in("type", &CLIPLoader::type).choices(one_of({"stable_diffusion",
                                                        "stable_cascade",
                                                        "sd3",
                                                        "stable_audio",
                                                        "mochi",
                                                        "ltxv",
                                                        "pixart",
                                                        "cosmos",
                                                        "lumina2",
                                                        "wan",
                                                        "hidream",
                                                        "chroma",
                                                        "ace",
                                                        "omnigen2",
                                                        "qwen_image",
                                                        "hunyuan_image",
                                                        "flux2",
                                                        "ovis",
                                                        "longcat_image",
                                                        "cogvideox",
                                                        "lens",
                                                        "pixeldit",
                                                        "ideogram4",
                                                        "boogu",
                                                        "krea2",
                                                        "joyimage",
                                                        "mage",
                                                        "minimax"}));
        s.in("device", &CLIPLoader::device).choices(one_of({"default", "cpu"})).advanced();
    }

    Clip execute(Context& context) const {
        const auto path = context.use<Folders>().require("text_encoders", clip_name);
        return context.use<inference::Engine>().load_text_encoder({path}, type);
    }
};

}  // namespace

void register_clip_loader(Registry& registry) { registry.add<CLIPLoader>("CLIPLoader"); }

}  // namespace easel::nodes
