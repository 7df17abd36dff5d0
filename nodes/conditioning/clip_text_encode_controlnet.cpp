#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeControlnet {
    Clip clip;
    Conditioning conditioning;
    std::string text;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cond";
        s.category = "model/conditioning";
        s.display_name = "CLIP Text Encode (Controlnet)";
        s.experimental = true;
        s.in("clip", &CLIPTextEncodeControlnet::clip);
        s.in("conditioning", &CLIPTextEncodeControlnet::conditioning);
        s.in("text", &CLIPTextEncodeControlnet::text).no_default().multiline().dynamic_prompts();
    }

    Conditioning execute() const {
        const auto encoded = clip.encode(text).front();
        Conditioning steered = conditioning;
        for (auto& condition : steered) {
            condition.extra["cross_attn_controlnet"] = encoded.cross;
            if (encoded.pooled) condition.extra["pooled_output_controlnet"] = *encoded.pooled;
        }
        return steered;
    }
};

}  // namespace

void register_clip_text_encode_controlnet(Registry& registry) {
    registry.add<CLIPTextEncodeControlnet>("CLIPTextEncodeControlnet");
}

}  // namespace easel::nodes
