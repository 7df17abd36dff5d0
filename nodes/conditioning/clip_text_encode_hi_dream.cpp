#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeHiDream {
    Clip clip;
    std::string clip_l;
    std::string clip_g;
    std::string t5xxl;
    std::string llama;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hidream";
        s.category = "model/conditioning/hidream";
        s.display_name = "CLIP Text Encode (HiDream)";
        s.search_aliases = {"hidream prompt"};
        s.in("clip", &CLIPTextEncodeHiDream::clip);
        s.in("clip_l", &CLIPTextEncodeHiDream::clip_l).no_default().multiline().dynamic_prompts();
        s.in("clip_g", &CLIPTextEncodeHiDream::clip_g).no_default().multiline().dynamic_prompts();
        s.in("t5xxl", &CLIPTextEncodeHiDream::t5xxl).no_default().multiline().dynamic_prompts();
        s.in("llama", &CLIPTextEncodeHiDream::llama).no_default().multiline().dynamic_prompts();
    }

    Conditioning execute() const {
        return clip.encode(
            {.prompt = clip_g,
             .by_encoder = {{"clip_l", clip_l}, {"clip_g", clip_g}, {"t5xxl", t5xxl}, {"llama", llama}}});
    }
};

}  // namespace

void register_clip_text_encode_hi_dream(Registry& registry) {
    registry.add<CLIPTextEncodeHiDream>("CLIPTextEncodeHiDream");
}

}  // namespace easel::nodes
