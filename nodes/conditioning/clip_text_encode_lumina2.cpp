#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// What the model was trained to find in front of a prompt.
constexpr std::string_view superior = "You are an assistant designed to generate superior images with the superior "
                                      "degree of image-text alignment based on "
                                      "textual prompts or user prompts.";
constexpr std::string_view alignment = "You are an assistant designed to generate high-quality images with the highest "
                                       "degree of image-text alignment based "
                                       "on textual prompts.";

struct CLIPTextEncodeLumina2 {
    std::string system_prompt;
    std::string user_prompt;
    Clip clip;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lumina2";
        s.category = "model/conditioning/lumina";
        s.display_name = "CLIP Text Encode (Lumina 2)";
        s.description = "Encodes a system prompt and a user prompt using a CLIP model into an embedding that can be "
                        "used to guide the diffusion model towards generating specific images.";
        s.search_aliases = {"lumina prompt"};
        s.in("system_prompt", &CLIPTextEncodeLumina2::system_prompt)
            .choices(one_of({"superior", "alignment"}))
            .tooltip("Lumina2 provide two types of system prompts:Superior: You are an assistant designed to generate "
                     "superior images with the superior degree of image-text alignment based on textual prompts or "
                     "user prompts. Alignment: You are an assistant designed to generate high-quality images with the "
                     "highest degree of image-text alignment based on textual prompts.");
        s.in("user_prompt", &CLIPTextEncodeLumina2::user_prompt)
            .no_default()
            .multiline()
            .dynamic_prompts()
            .tooltip("The text to be encoded.");
        s.in("clip", &CLIPTextEncodeLumina2::clip).tooltip("The CLIP model used for encoding the text.");
        s.out("CONDITIONING").tooltip =
            "A conditioning containing the embedded text used to guide the diffusion model.";
    }

    Conditioning execute() const {
        const std::string_view system = system_prompt == "superior" ? superior : alignment;
        return clip.encode(std::string(system) + " <Prompt Start> " + user_prompt);
    }
};

}  // namespace

void register_clip_text_encode_lumina2(Registry& registry) {
    registry.add<CLIPTextEncodeLumina2>("CLIPTextEncodeLumina2");
}

}  // namespace easel::nodes
