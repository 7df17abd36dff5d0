#include "nodes/audio/audio.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> text_generate_sampling_mode_branches() {
    InputSpec on_temperature = inner_input("temperature", "FLOAT");
    Field<double>(on_temperature).default_value(0.7).range(0.01, 2.0).step(1e-06);
    InputSpec on_top_k = inner_input("top_k", "INT");
    Field<std::int64_t>(on_top_k).default_value(64).range(0, 1000);
    InputSpec on_top_p = inner_input("top_p", "FLOAT");
    Field<double>(on_top_p).default_value(0.95).range(0.0, 1.0).step(0.01);
    InputSpec on_min_p = inner_input("min_p", "FLOAT");
    Field<double>(on_min_p).default_value(0.05).range(0.0, 1.0).step(0.01);
    InputSpec on_repetition_penalty = inner_input("repetition_penalty", "FLOAT");
    Field<double>(on_repetition_penalty).default_value(1.05).range(0.0, 5.0).step(0.01);
    InputSpec on_seed = inner_input("seed", "INT");
    Field<std::uint64_t>(on_seed).default_value(0).range(0, 18446744073709551615ull);
    InputSpec on_presence_penalty = inner_input("presence_penalty", "FLOAT");
    Field<double>(on_presence_penalty).default_value(0.0).range(0.0, 5.0).step(0.01).optional();
    return {{"on", {on_temperature, on_top_k, on_top_p, on_min_p, on_repetition_penalty, on_seed, on_presence_penalty}},
            {"off", {}}};
}

struct TextGenerate {
    Clip clip;
    std::string prompt;
    std::int64_t max_length = 512;
    Chosen sampling_mode;
    std::optional<Image> image;
    std::optional<Image> video;
    std::optional<Audio> audio;
    bool thinking = false;
    bool use_default_template = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_textgen";
        s.category = "text";
        s.display_name = "Generate Text";
        s.search_aliases = {"LLM", "gemma"};
        s.in("clip", &TextGenerate::clip);
        s.in("prompt", &TextGenerate::prompt).multiline().dynamic_prompts();
        s.in("max_length", &TextGenerate::max_length).range(1, 32768);
        choice_in(s, "sampling_mode", "", text_generate_sampling_mode_branches(), &TextGenerate::sampling_mode);
        s.inputs.back().options["display_name"] = "Sampling Mode";
        s.in("image", &TextGenerate::image);
        s.in("video", &TextGenerate::video)
            .tooltip("Video frames as image batch. Assumed to be 24 FPS; subsampled to 1 FPS internally.");
        s.in("audio", &TextGenerate::audio);
        s.in("thinking", &TextGenerate::thinking)
            .tooltip("Operate in thinking mode if the model supports it.")
            .optional();
        s.in("use_default_template", &TextGenerate::use_default_template)
            .advanced()
            .tooltip("Use the built in system prompt/template if the model has one.")
            .optional();
        s.out("generated_text");
    }

    std::string execute(Context& context) const {
        inference::TextRequest request{
            .prompt = prompt,
            .settings = {{"uses_template", use_default_template ? 1.0 : 0.0}, {"thinking", thinking ? 1.0 : 0.0}}};
        if (image) request.images.push_back(image->pixels);
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
        generation.progress = [&](int64_t count) {
            context.progress(static_cast<double>(count), static_cast<double>(max_length));
        };
        return clip.generate(request, generation);
    }
};

}  // namespace

void register_text_generate(Registry& registry) { registry.add<TextGenerate>("TextGenerate"); }

}  // namespace easel::nodes
