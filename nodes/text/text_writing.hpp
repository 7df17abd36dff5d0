// What nodes that let a language model write text have in common.
#pragma once

#include "nodes/audio/audio.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"

#include <string>
#include <vector>

namespace easel::nodes {

// "on" with how tokens are drawn, and "off".
std::vector<Branch> sampling_mode_branches();

// How the text is drawn, telling the client how many tokens there are.
inference::TextGeneration text_generation(const Chosen& sampling_mode, std::int64_t max_length, Context& context);

template <class Node>
void declare_text_writing(Schema& s) {
    s.shape = RecordShape::modern;
    s.python_module = "comfy_extras.nodes_textgen";
    s.category = "text";
    s.in("clip", &Node::clip);
    s.in("prompt", &Node::prompt).multiline().dynamic_prompts();
    s.in("max_length", &Node::max_length).range(1, 32768);
    choice_in(s, "sampling_mode", "", sampling_mode_branches(), &Node::sampling_mode);
    s.inputs.back().options["display_name"] = "Sampling Mode";
    s.in("image", &Node::image);
    s.in("video", &Node::video)
        .tooltip("Video frames as image batch. Assumed to be 24 FPS; subsampled to 1 FPS internally.");
    s.in("audio", &Node::audio);
    s.in("thinking", &Node::thinking).tooltip("Operate in thinking mode if the model supports it.").optional();
    s.in("use_default_template", &Node::use_default_template)
        .advanced()
        .tooltip("Use the built in system prompt/template if the model has one.")
        .optional();
    s.out("generated_text");
}

// What the model of `node` writes after `prompt`.
template <class Node>
std::string written_text(const Node& node, const std::string& prompt, Context& context) {
    inference::TextRequest request{.prompt = prompt,
                                   .settings = {{"uses_template", node.use_default_template ? 1.0 : 0.0},
                                                {"thinking", node.thinking ? 1.0 : 0.0}}};
    if (node.image) request.images.push_back(node.image->pixels);
    return node.clip.generate(request, text_generation(node.sampling_mode, node.max_length, context));
}

}  // namespace easel::nodes
