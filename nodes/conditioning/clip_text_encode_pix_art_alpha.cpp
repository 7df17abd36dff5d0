#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodePixArtAlpha {
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::string text;
    Clip clip;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_pixart";
        s.category = "model/conditioning/pixart";
        s.display_name = "CLIP Text Encode (PixArt Alpha)";
        s.description =
            "Encodes text and sets the resolution conditioning for PixArt Alpha. Does not apply to PixArt Sigma.";
        s.search_aliases = {"pixart prompt"};
        s.in("width", &CLIPTextEncodePixArtAlpha::width).range(0, 16384);
        s.in("height", &CLIPTextEncodePixArtAlpha::height).range(0, 16384);
        s.in("text", &CLIPTextEncodePixArtAlpha::text).no_default().multiline().dynamic_prompts();
        s.in("clip", &CLIPTextEncodePixArtAlpha::clip);
    }

    Conditioning execute() const {
        Conditioning encoded = clip.encode(text);
        for (auto& condition : encoded) {
            condition.size.width = width;
            condition.size.height = height;
        }
        return encoded;
    }
};

}  // namespace

void register_clip_text_encode_pix_art_alpha(Registry& registry) {
    registry.add<CLIPTextEncodePixArtAlpha>("CLIPTextEncodePixArtAlpha");
}

}  // namespace easel::nodes
