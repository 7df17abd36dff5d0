#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeKandinsky5 {
    Clip clip;
    std::string clip_l;
    std::string qwen25_7b;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_kandinsky5";
        s.category = "model/conditioning/kandinsky";
        s.display_name = "CLIP Text Encode (Kandinsky 5)";
        s.search_aliases = {"kandinsky prompt"};
        s.in("clip", &CLIPTextEncodeKandinsky5::clip);
        s.in("clip_l", &CLIPTextEncodeKandinsky5::clip_l).no_default().multiline().dynamic_prompts();
        s.in("qwen25_7b", &CLIPTextEncodeKandinsky5::qwen25_7b).no_default().multiline().dynamic_prompts();
    }

    Conditioning execute() const {
        return clip.encode({.prompt = clip_l, .by_encoder = {{"clip_l", clip_l}, {"qwen25_7b", qwen25_7b}}});
    }
};

}  // namespace

void register_clip_text_encode_kandinsky5(Registry& registry) {
    registry.add<CLIPTextEncodeKandinsky5>("CLIPTextEncodeKandinsky5");
}

}  // namespace easel::nodes
