#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CLIPTextEncodeFlux {
    Clip clip;
    std::string clip_l;
    std::string t5xxl;
    double guidance = 3.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/conditioning/flux";
        s.in("clip", &CLIPTextEncodeFlux::clip);
        s.in("clip_l", &CLIPTextEncodeFlux::clip_l).no_default().multiline().dynamic_prompts();
        s.in("t5xxl", &CLIPTextEncodeFlux::t5xxl).no_default().multiline().dynamic_prompts();
        s.in("guidance", &CLIPTextEncodeFlux::guidance).range(0.0, 100.0).step(0.1);
    }

    Conditioning execute() const {
        Conditioning encoded = clip.encode({.prompt = clip_l, .by_encoder = {{"clip_l", clip_l}, {"t5xxl", t5xxl}}});
        for (auto& condition : encoded)
            condition.guidance = guidance;
        return encoded;
    }
};

}  // namespace

void register_clip_text_encode_flux(Registry& registry) { registry.add<CLIPTextEncodeFlux>("CLIPTextEncodeFlux"); }

}  // namespace easel::nodes
