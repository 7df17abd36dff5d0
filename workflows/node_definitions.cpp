#include "workflows/node_definitions.hpp"

#include "base/string_map.hpp"
#include "graph/object_info.hpp"
#include "workflows/json_parts.hpp"
#include "workflows/replacements.hpp"

#include <algorithm>
#include <array>
#include <map>

extern "C" const char easel_known_nodes_begin[], easel_known_nodes_end[];

namespace easel::workflows {
namespace {

constexpr std::array widget_types = {"INT",
                                     "FLOAT",
                                     "BOOLEAN",
                                     "STRING",
                                     "MARKDOWN",
                                     "COMBO",
                                     "IMAGEUPLOAD",
                                     "COLOR",
                                     "IMAGECOMPARE",
                                     "BOUNDING_BOX",
                                     "CHART",
                                     "GALLERIA",
                                     "PAINTER",
                                     "COMPOSITOR",
                                     "TEXTAREA",
                                     "CURVE",
                                     "RANGE",
                                     "VIDEO_EDIT",
                                     "BOUNDING_BOXES",
                                     "COLORS",
                                     "PREVIEW_3D",
                                     "AUDIO_UI",
                                     "AUDIOUPLOAD",
                                     "AUDIO_RECORD",
                                     "WEBCAM",
                                     "LOAD_3D",
                                     "LOAD_3D_ADVANCED",
                                     "COMFY_DYNAMICCOMBO_V3"};

constexpr std::array nodes_with_player = {"LoadAudio",    "SaveAudio",     "PreviewAudio",
                                          "SaveAudioMP3", "SaveAudioOpus", "SaveAudioAdvanced"};

// What the words of a "control after generate" widget can be.
constexpr std::array control_words = {"fixed", "increment", "decrement", "randomize", "increment-wrap"};

template <std::size_t N>
bool is_among(const std::array<const char*, N>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Inputs that the frontend adds itself.
const Json& image_upload() {
    static const Json input = Json::array({"IMAGEUPLOAD", Json::object()});
    return input;
}
const Json& audio_upload() {
    static const Json input = Json::array({"AUDIOUPLOAD", Json::object()});
    return input;
}
const Json& audio_player() {
    static const Json input = Json::array({"AUDIO_UI", Json::object()});
    return input;
}
const Json& model_preview() {
    static const Json input = Json::array({"PREVIEW_3D", Json::object()});
    return input;
}

bool takes_upload(const Json& input) {
    const Json& options = options_of(input);
    return type_of(input) == "COMBO" &&
           (is_set(part(options, "image_upload")) || is_set(part(options, "animated_image_upload")) ||
            is_set(part(options, "video_upload")));
}

// What only the frontend adds comes after everything else.
void add_frontend_inputs(const std::string& type, std::vector<NamedInput>& inputs) {
    const auto takes_audio = [](const NamedInput& input) {
        return input.name == "audio" && is_set(part(options_of(*input.definition), "audio_upload"));
    };
    const std::vector<NamedInput> own = inputs;
    if (std::any_of(own.begin(), own.end(), [](const NamedInput& input) { return takes_upload(*input.definition); }))
        inputs.push_back({"upload", &image_upload()});
    if (is_among(nodes_with_player, type)) inputs.push_back({"audioUI", &audio_player()});
    if (std::any_of(own.begin(), own.end(), takes_audio)) inputs.push_back({"upload", &audio_upload()});
    const bool has_image =
        std::any_of(own.begin(), own.end(), [](const NamedInput& input) { return input.name == "image"; });
    if (!has_image && (type == "SaveGLB" || type == "Preview3D")) inputs.push_back({"image", &model_preview()});
}

// The widgets of a type that was renamed or merged, as /node_replacements lists them.
std::vector<std::string> widgets_of_replaced(const std::string& type) {
    std::vector<std::string> names;
    const auto found = replacements().find(type);
    if (found == replacements().end()) return names;
    for (const Json& name : part(part(*found, std::size_t{0}), "old_widget_ids"))
        names.push_back(text_of(name));
    return names;
}

}  // namespace

FindDefinition definitions_of(const graph::Registry& registry, const graph::Services& services) {
    auto made = std::make_shared<std::map<std::string, Json>>();
    return [&registry, &services, made](const std::string& type) -> const Json* {
        if (const auto found = made->find(type); found != made->end()) return &found->second;
        const graph::NodeDef* node = registry.find(type);
        if (!node) return nullptr;
        return &made->emplace(type, graph::object_info(*node, services)).first->second;
    };
}

const Json* known_definition(const std::string& type) {
    static const Json table = Json::parse(easel_known_nodes_begin, easel_known_nodes_end);
    const auto found = table.find(type);
    return found == table.end() ? nullptr : &*found;
}

Json guessed_definition(const Json& saved_node) {
    Json inputs = Json::object();
    std::vector<std::pair<std::string, std::string>> widgets;  // {name, type}
    for (const Json& input : part(saved_node, "inputs")) {
        const std::string name = text_of(part(input, "name"));
        const std::string type = text_of(part(input, "type"));
        if (part(input, "widget").is_object())
            widgets.emplace_back(name, type);
        else
            inputs[name] = Json::array({type, {{"forceInput", true}}});
    }
    const std::string node_type = text_of(part(saved_node, "type"));
    if (const std::vector<std::string> names = widgets_of_replaced(node_type); !names.empty()) {
        widgets.clear();
        for (const std::string& name : names)
            widgets.emplace_back(name, "STRING");
    }
    const Json& values = part(saved_node, "widgets_values");
    std::size_t at = 0;
    for (std::size_t i = 0; i < widgets.size(); ++i) {
        const auto& [name, type] = widgets[i];
        ++at;
        const bool has_spare_values = values.is_array() && values.size() > at + (widgets.size() - i - 1);
        const bool is_controlled =
            has_spare_values && is_among(control_words, text_of(part(values, at))) &&
            (type == "INT" || type == "FLOAT" || type == "COMBO" || name == "seed" || name == "noise_seed");
        if (is_controlled) ++at;
        const bool is_known = is_widget_type(type) && type != "COMFY_DYNAMICCOMBO_V3";
        inputs[name] = Json::array({type, {{"control_after_generate", is_controlled}}});
        if (!is_known) inputs[name][1]["widgetType"] = "STRING";
    }
    return {{"name", node_type}, {"input", {{"required", std::move(inputs)}}}};
}

std::vector<NamedInput> ordered_inputs(const std::string& type, const Json& definition) {
    std::vector<NamedInput> inputs;
    for (const char* section : {"required", "optional"}) {
        const Json& listed = part(part(definition, "input"), section);
        if (listed.is_object())
            for (const auto& input : listed.items())
                inputs.push_back({input.key(), &input.value()});
    }
    add_frontend_inputs(type, inputs);
    return inputs;
}

std::string type_of(const Json& input_definition) {
    const Json& type = part(input_definition, std::size_t{0});
    if (type.is_array()) return "COMBO";
    return text_of(type);
}

const Json& options_of(const Json& input_definition) { return part(input_definition, std::size_t{1}); }

bool is_widget_type(std::string_view type) { return is_among(widget_types, type); }

}  // namespace easel::workflows
