#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeSD3 {
    Clip clip;
    std::string clip_l;
    std::string clip_g;
    std::string t5xxl;
    std::string empty_padding;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sd3";
        s.category = "model/conditioning/stable diffusion";
        s.display_name = "CLIP Text Encode (SD3)";
        s.search_aliases = {"sd3 prompt"};
        s.in("clip", &CLIPTextEncodeSD3::clip);
        s.in("clip_l", &CLIPTextEncodeSD3::clip_l).no_default().multiline().dynamic_prompts();
        s.in("clip_g", &CLIPTextEncodeSD3::clip_g).no_default().multiline().dynamic_prompts();
        s.in("t5xxl", &CLIPTextEncodeSD3::t5xxl).no_default().multiline().dynamic_prompts();
        s.in("empty_padding", &CLIPTextEncodeSD3::empty_padding).choices(one_of({"none", "empty_prompt"})).advanced();
    }

    Conditioning execute() const {
        return clip.encode({.prompt = clip_g,
                            .by_encoder = {{"clip_l", clip_l}, {"clip_g", clip_g}, {"t5xxl", t5xxl}},
                            .settings = {{"skips_empty_prompts", empty_padding == "none" ? 1.0 : 0.0}}});
    }
};

}  // namespace

void register_clip_text_encode_sd3(Registry& registry) { registry.add<CLIPTextEncodeSD3>("CLIPTextEncodeSD3"); }

}  // namespace easel::nodes
