#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncode {
    std::string text;
    Clip clip;

    static void declare(Schema& s) {
        s.category = "model/conditioning";
        s.display_name = "CLIP Text Encode (Prompt)";
        s.description = "Encodes a text prompt using a CLIP model into an embedding that can be used to guide the "
                        "diffusion model towards generating specific images.";
        s.search_aliases = {"text",        "prompt",       "text prompt",  "positive prompt", "negative prompt",
                            "encode text", "text encoder", "encode prompt"};
        s.in("text", &CLIPTextEncode::text)
            .no_default()
            .multiline()
            .dynamic_prompts()
            .tooltip("The text to be encoded.");
        s.in("clip", &CLIPTextEncode::clip).tooltip("The CLIP model used for encoding the text.");
        s.out("CONDITIONING").tooltip =
            "A conditioning containing the embedded text used to guide the diffusion model.";
    }

    Conditioning execute() const { return clip.encode(text); }
};

}  // namespace

void register_clip_text_encode(Registry& registry) { registry.add<CLIPTextEncode>("CLIPTextEncode"); }

}  // namespace easel::nodes
