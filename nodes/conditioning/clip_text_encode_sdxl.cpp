#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeSDXL {
    Clip clip;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::int64_t crop_w = 0;
    std::int64_t crop_h = 0;
    std::int64_t target_width = 1024;
    std::int64_t target_height = 1024;
    std::string text_g;
    std::string text_l;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_clip_sdxl";
        s.category = "model/conditioning/stable diffusion";
        s.display_name = "CLIP Text Encode (SDXL)";
        s.in("clip", &CLIPTextEncodeSDXL::clip);
        s.in("width", &CLIPTextEncodeSDXL::width).range(0, 16384);
        s.in("height", &CLIPTextEncodeSDXL::height).range(0, 16384);
        s.in("crop_w", &CLIPTextEncodeSDXL::crop_w).range(0, 16384).advanced();
        s.in("crop_h", &CLIPTextEncodeSDXL::crop_h).range(0, 16384).advanced();
        s.in("target_width", &CLIPTextEncodeSDXL::target_width).range(0, 16384);
        s.in("target_height", &CLIPTextEncodeSDXL::target_height).range(0, 16384);
        s.in("text_g", &CLIPTextEncodeSDXL::text_g).no_default().multiline().dynamic_prompts();
        s.in("text_l", &CLIPTextEncodeSDXL::text_l).no_default().multiline().dynamic_prompts();
    }

    Conditioning execute() const {
        Conditioning encoded = clip.encode({.prompt = text_g, .by_encoder = {{"clip_g", text_g}, {"clip_l", text_l}}});
        for (auto& condition : encoded)
            condition.size = {.width = width,
                              .height = height,
                              .crop_w = crop_w,
                              .crop_h = crop_h,
                              .target_width = target_width,
                              .target_height = target_height,
                              .aesthetic_score = {}};
        return encoded;
    }
};

}  // namespace

void register_clip_text_encode_sdxl(Registry& registry) { registry.add<CLIPTextEncodeSDXL>("CLIPTextEncodeSDXL"); }

}  // namespace easel::nodes
