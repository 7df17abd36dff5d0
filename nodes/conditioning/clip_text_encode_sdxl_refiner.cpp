#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeSDXLRefiner {
    double ascore = 6.0;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::string text;
    Clip clip;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_clip_sdxl";
        s.category = "model/conditioning/stable diffusion";
        s.display_name = "CLIP Text Encode (SDXL Refiner)";
        s.in("ascore", &CLIPTextEncodeSDXLRefiner::ascore).range(0.0, 1000.0).step(0.01);
        s.in("width", &CLIPTextEncodeSDXLRefiner::width).range(0, 16384);
        s.in("height", &CLIPTextEncodeSDXLRefiner::height).range(0, 16384);
        s.in("text", &CLIPTextEncodeSDXLRefiner::text).no_default().multiline().dynamic_prompts();
        s.in("clip", &CLIPTextEncodeSDXLRefiner::clip);
    }

    Conditioning execute() const {
        Conditioning encoded = clip.encode(text);
        for (auto& condition : encoded) {
            condition.size.width = width;
            condition.size.height = height;
            condition.size.aesthetic_score = ascore;
        }
        return encoded;
    }
};

}  // namespace

void register_clip_text_encode_sdxl_refiner(Registry& registry) {
    registry.add<CLIPTextEncodeSDXLRefiner>("CLIPTextEncodeSDXLRefiner");
}

}  // namespace easel::nodes
