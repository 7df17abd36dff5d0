#include "nodes/text/text_writing.hpp"

#include <vector>

namespace easel::nodes {

using graph::Field;
using graph::InputSpec;

namespace {

// "on" with how tokens are drawn, and "off".
std::vector<Branch> sampling_mode_branches() {
    InputSpec temperature = inner_input("temperature", "FLOAT");
    Field<double>(temperature).default_value(0.7).range(0.01, 2.0).step(1e-06);
    InputSpec top_k = inner_input("top_k", "INT");
    Field<std::int64_t>(top_k).default_value(64).range(0, 1000);
    InputSpec top_p = inner_input("top_p", "FLOAT");
    Field<double>(top_p).default_value(0.95).range(0.0, 1.0).step(0.01);
    InputSpec min_p = inner_input("min_p", "FLOAT");
    Field<double>(min_p).default_value(0.05).range(0.0, 1.0).step(0.01);
    InputSpec repetition_penalty = inner_input("repetition_penalty", "FLOAT");
    Field<double>(repetition_penalty).default_value(1.05).range(0.0, 5.0).step(0.01);
    InputSpec seed = inner_input("seed", "INT");
    Field<std::uint64_t>(seed).default_value(0).range(0, 18446744073709551615ull);
    InputSpec presence_penalty = inner_input("presence_penalty", "FLOAT");
    Field<double>(presence_penalty).default_value(0.0).range(0.0, 5.0).step(0.01).optional();
    return {{"on", {temperature, top_k, top_p, min_p, repetition_penalty, seed, presence_penalty}}, {"off", {}}};
}

// How the text is drawn, telling the client how many tokens there are.
inference::TextGeneration text_generation(const Chosen& sampling_mode, std::int64_t max_length, Context& context) {
    inference::TextGeneration generation{.max_length = max_length, .samples = sampling_mode.key == "on"};
    if (generation.samples) {
        generation.temperature = sampling_mode.number("temperature");
        generation.top_k = sampling_mode.integer("top_k");
        generation.top_p = sampling_mode.number("top_p");
        generation.min_p = sampling_mode.number("min_p");
        generation.repetition_penalty = sampling_mode.number("repetition_penalty");
        generation.seed = graph::unbox_unsigned(sampling_mode.require("seed"), "seed");
        if (sampling_mode.inputs.contains("presence_penalty"))
            generation.presence_penalty = sampling_mode.number("presence_penalty");
    }
    generation.progress = [&context, max_length](int64_t count) {
        context.progress(static_cast<double>(count), static_cast<double>(max_length));
    };
    return generation;
}

}  // namespace

void TextWriting::declare_text_writing(Schema& s) {
    s.shape = RecordShape::modern;
    s.python_module = "comfy_extras.nodes_textgen";
    s.category = "text";
    s.in("clip", &TextWriting::clip);
    s.in("prompt", &TextWriting::prompt).multiline().dynamic_prompts();
    s.in("max_length", &TextWriting::max_length).range(1, 32768);
    choice_in(s, "sampling_mode", "", sampling_mode_branches(), &TextWriting::sampling_mode);
    s.inputs.back().options["display_name"] = "Sampling Mode";
    s.in("image", &TextWriting::image);
    s.in("video", &TextWriting::video)
        .tooltip("Video frames as image batch. Assumed to be 24 FPS; subsampled to 1 FPS internally.");
    s.in("audio", &TextWriting::audio);
    s.in("thinking", &TextWriting::thinking).tooltip("Operate in thinking mode if the model supports it.").optional();
    s.in("use_default_template", &TextWriting::use_default_template)
        .advanced()
        .tooltip("Use the built in system prompt/template if the model has one.")
        .optional();
    s.out("generated_text");
}

std::string TextWriting::written(const std::string& text, Context& context) const {
    inference::TextRequest request{
        .prompt = text,
        .settings = {{"uses_template", use_default_template ? 1.0 : 0.0}, {"thinking", thinking ? 1.0 : 0.0}}};
    if (image) request.images.push_back(image->pixels);
    return clip.generate(request, text_generation(sampling_mode, max_length, context));
}

}  // namespace easel::nodes
