// Widgets and inputs of a node: made from its definition, then given what the file saved.
#include "workflows/json_parts.hpp"
#include "workflows/ui_graph.hpp"

#include <algorithm>
#include <charconv>

namespace easel::workflows {
namespace {

constexpr std::size_t most_grown_inputs = 1000;

const Json& or_else(const Json& value, const Json& otherwise) { return value.is_null() ? otherwise : value; }

std::string widget_type(const Json& definition) {
    const std::string other = text_of(part(options_of(definition), "widgetType"));
    return other.empty() ? type_of(definition) : other;
}

bool is_forced_input(const Json& definition) { return is_set(part(options_of(definition), "forceInput")); }

// "control_after_generate" names the widget, or only says that there is one.
Widget control_widget(const Json& options, const char* initial) {
    const Json& control = part(options, "control_after_generate");
    const std::string name = control.is_string() ? text_of(control) : "control_after_generate";
    return {.name = name, .value = initial, .is_sent = false};
}

std::vector<Widget> number_widgets(const std::string& name, const std::string& type, const Json& options) {
    std::vector<Widget> widgets{{.name = name, .value = or_else(part(options, "default"), 0)}};
    const Json& control = part(options, "control_after_generate");
    const bool is_seed = type == "INT" && (name == "seed" || name == "noise_seed");
    if (control.is_null() ? is_seed : is_set(control)) widgets.push_back(control_widget(options, "randomize"));
    return widgets;
}

std::vector<Widget> combo_widgets(const std::string& name, const Json& definition) {
    const Json& options = options_of(definition);
    const Json& listed = part(definition, std::size_t{0});
    const Json& choices = listed.is_array() ? listed : part(options, "options");
    Json initial = part(options, "default");
    if (!is_set(initial)) initial = part(choices, std::size_t{0});
    if (is_set(part(options, "multi_select"))) initial = Json::array();
    std::vector<Widget> widgets{
        {.name = name, .kind = WidgetKind::combo, .value = std::move(initial), .options = &choices}};
    if (is_set(part(options, "control_after_generate"))) {
        widgets.push_back(control_widget(options, "randomize"));
        widgets.push_back({.name = "control_filter_list", .value = "", .is_sent = false});
    }
    return widgets;
}

Widget dynamic_combo(const std::string& name, const Json& options) {
    return {.name = name,
            .kind = WidgetKind::dynamic_combo,
            .value = part(part(part(options, "options"), std::size_t{0}), "key"),
            .options = &options};
}

// A rectangle is one value; the widgets for its numbers are only saved.
std::vector<Widget> box_widgets(const std::string& name, const Json& options) {
    const Json box = or_else(part(options, "default"), {{"x", 0}, {"y", 0}, {"width", 512}, {"height", 512}});
    std::vector<Widget> widgets{{.name = name, .value = box}};
    for (const char* side : {"x", "y", "width", "height"})
        widgets.push_back({.name = side, .value = part(box, side), .is_sent = false});
    return widgets;
}

std::vector<Widget> model_viewer(const Node& node) {
    std::vector<Widget> widgets;
    const auto button = [&](const char* name, const char* value) { widgets.push_back({.name = name, .value = value}); };
    if (std::any_of(node.widgets.begin(), node.widgets.end(),
                    [](const Widget& widget) { return widget.name == "model_file"; })) {
        button("upload 3d model", "upload3dmodel");
        button("upload extra resources", "uploadExtraResources");
        button("clear", "clear");
    }
    widgets.push_back(
        {.name = node.type == "Load3D" ? "image" : "viewport_state", .kind = WidgetKind::display, .value = ""});
    return widgets;
}

std::vector<Widget> widgets_for(const Node& node, const std::string& name, const Json& definition) {
    const std::string type = widget_type(definition);
    const Json& options = options_of(definition);
    const Json& initial = part(options, "default");
    const auto one = [&](Json value) { return std::vector<Widget>{{.name = name, .value = std::move(value)}}; };
    if (type == "INT" || type == "FLOAT") return number_widgets(name, type, options);
    if (type == "COMBO") return combo_widgets(name, definition);
    if (type == "BOOLEAN") return one(is_set(initial));
    if (type == "STRING") {
        std::vector<Widget> text = one(or_else(initial, ""));
        text[0].has_alternatives = is_set(part(options, "dynamicPrompts"));
        return text;
    }
    if (type == "COMFY_DYNAMICCOMBO_V3") return {dynamic_combo(name, options)};
    if (type == "IMAGEUPLOAD") return {{.name = name, .value = "image", .is_sent = false}};
    if (type == "AUDIOUPLOAD") return {{.name = name, .value = "", .is_sent = false}};
    if (type == "AUDIO_UI")
        return {{.name = name, .kind = WidgetKind::display, .value = "", .is_saved = false, .is_sent = false}};
    if (type == "IMAGECOMPARE") return {{.name = name, .value = Json::array({"", ""}), .is_saved = false}};
    if (type == "COLOR") return one(or_else(initial, "#000000"));
    if (type == "CURVE") {
        const Json straight = {{"points", {{0, 0}, {1, 1}}}, {"interpolation", "monotone_cubic"}};
        return {{.name = name, .kind = WidgetKind::curve, .value = or_else(initial, straight)}};
    }
    if (type == "RANGE") return one(or_else(initial, {{"min", 0}, {"max", 1}}));
    if (type == "BOUNDING_BOX") return box_widgets(name, options);
    if (type == "BOUNDING_BOXES" || type == "COLORS") return one(or_else(initial, Json::array()));
    if (type == "PREVIEW_3D") return {{.name = "image", .kind = WidgetKind::display, .value = ""}};
    if (type == "LOAD_3D") return model_viewer(node);
    if (type == "LOAD_3D_ADVANCED") return {{.name = "viewport_state", .kind = WidgetKind::display, .value = ""}};
    return one(or_else(initial, ""));
}

void add_widget(Node& node, const std::string& name, const Json& definition) {
    if (!is_widget_type(widget_type(definition)) || is_forced_input(definition)) return;
    std::vector<Widget> widgets = widgets_for(node, name, definition);
    const std::size_t first = node.widgets.size();
    for (Widget& widget : widgets)
        node.widgets.push_back(std::move(widget));
    if (!is_set(part(options_of(definition), "socketless")))
        node.inputs.push_back({.name = name, .type = type_of(definition), .link = {}, .widget = name, .promoted = {}});
    if (node.widgets[first].kind == WidgetKind::dynamic_combo) set_value(node, first, node.widgets[first].value);
}

void grow(Node& node, const std::string& group_name, std::size_t ordinal);

void add_autogrow(Node& node, const std::string& name, const Json& definition) {
    const Json& pattern = part(options_of(definition), "template");
    AutogrowGroup group;
    group.prefix = text_of(part(pattern, "prefix"));
    for (const Json& input : part(pattern, "names"))
        group.names.push_back(text_of(input));
    const auto most =
        static_cast<std::size_t>(std::max<std::int64_t>(whole_number(part(pattern, "max")).value_or(100), 0));
    group.most = std::min(group.names.empty() ? most : group.names.size(), most_grown_inputs);
    for (const char* section : {"required", "optional"}) {
        const Json& inputs = part(part(pattern, "input"), section);
        if (inputs.is_object())
            for (const auto& input : inputs.items())
                group.inputs.push_back({input.key(), &input.value()});
    }
    const auto least = std::max<std::int64_t>(whole_number(part(pattern, "min")).value_or(1), 0);
    node.autogrow[name] = std::move(group);
    for (std::size_t i = 0; i < std::min<std::size_t>(static_cast<std::size_t>(least) + 1, most_grown_inputs); ++i)
        grow(node, name, i);
}

void add_socket(Node& node, const std::string& name, const Json& definition) {
    if (is_widget_type(widget_type(definition)) && !is_forced_input(definition)) return;
    std::string type = type_of(definition);
    if (type == "COMFY_AUTOGROW_V3") return add_autogrow(node, name, definition);
    if (type == "COMFY_MATCHTYPE_V3") type = text_of(part(part(options_of(definition), "template"), "allowed_types"));
    node.inputs.push_back({.name = name, .type = type, .link = {}, .widget = {}, .promoted = {}});
}

// Adds the inputs of that ordinal to the group, where they are missing.
void grow(Node& node, const std::string& group_name, std::size_t ordinal) {
    const AutogrowGroup group = node.autogrow[group_name];
    if (ordinal >= group.most) return;
    for (const NamedInput& input : group.inputs) {
        const std::string stem = group.inputs.size() == 1 ? group.prefix : input.name;
        const std::string name =
            group_name + "." + (group.names.empty() ? stem + std::to_string(ordinal) : group.names[ordinal]);
        if (node.input(name)) continue;
        add_socket(node, name, *input.definition);
        add_widget(node, name, *input.definition);
    }
}

// A link to the last input of a group makes room for the next.
void grow_beyond(Node& node, const std::string& input) {
    const std::size_t dot = input.rfind('.');
    if (dot == std::string::npos) return;
    const auto found = node.autogrow.find(std::string_view(input).substr(0, dot));
    if (found == node.autogrow.end()) return;
    const std::string_view last = std::string_view(input).substr(dot + 1);
    const std::vector<std::string>& names = found->second.names;
    if (!names.empty()) {
        const auto at = std::find(names.begin(), names.end(), last);
        if (at != names.end()) grow(node, found->first, static_cast<std::size_t>(at - names.begin()) + 1);
        return;
    }
    const std::size_t digits = last.find_last_not_of("0123456789");
    const std::string_view number = digits == last.npos ? last : last.substr(digits + 1);
    std::size_t ordinal = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), ordinal);
    if (error == std::errc() && !number.empty()) grow(node, found->first, ordinal + 1);
}

// The inputs and widgets of the option that a dynamic combo stands at.
const Json& inputs_of_option(const Widget& combo) {
    for (const Json& option : part(*combo.options, "options"))
        if (part(option, "key") == combo.value) return part(option, "inputs");
    static const Json none;
    return none;
}

void add_option_inputs(Node& node, std::size_t combo) {
    const std::string name = node.widgets[combo].name;
    const std::size_t first_widget = node.widgets.size(), first_input = node.inputs.size();
    const Json& inputs = inputs_of_option(node.widgets[combo]);
    for (const char* section : {"required", "optional"}) {
        const Json& of_section = part(inputs, section);
        if (!of_section.is_object()) continue;
        for (const auto& input : of_section.items()) {
            add_socket(node, name + "." + input.key(), input.value());
            add_widget(node, name + "." + input.key(), input.value());
        }
    }
    // They come right after the combo, widgets and inputs alike.
    auto& widgets = node.widgets;
    std::rotate(widgets.begin() + static_cast<std::ptrdiff_t>(combo) + 1,
                widgets.begin() + static_cast<std::ptrdiff_t>(first_widget), widgets.end());
    auto& slots = node.inputs;
    const auto own = std::find_if(slots.begin(), slots.end(), [&](const InputSlot& slot) { return slot.name == name; });
    if (own != slots.end()) std::rotate(own + 1, slots.begin() + static_cast<std::ptrdiff_t>(first_input), slots.end());
}

void change_option(Node& node, std::size_t combo) {
    const std::string group = node.widgets[combo].name + ".";
    std::vector<InputSlot> linked;
    for (const InputSlot& input : node.inputs)
        if (input.link && input.name.starts_with(group)) linked.push_back(input);
    std::erase_if(node.inputs, [&](const InputSlot& input) { return input.name.starts_with(group); });
    std::erase_if(node.widgets, [&](const Widget& widget) { return widget.name.starts_with(group); });
    add_option_inputs(node, combo);
    for (const InputSlot& before : linked)
        if (InputSlot* input = node.input(before.name)) input->link = before.link;
}

void add_option(Node& node) {
    node.widgets.push_back(
        {.name = "option" + std::to_string(node.widgets.size() - 1), .kind = WidgetKind::option, .value = ""});
}

// Older files have values for inputs that are no widgets any more.
Json without_forced_inputs(const Node& node, const Json& values) {
    std::vector<bool> is_forced;
    for (const NamedInput& input : node.definition_inputs) {
        const bool has_widget = std::any_of(node.widgets.begin(), node.widgets.end(),
                                            [&](const Widget& widget) { return widget.name == input.name; });
        const bool forced = is_forced_input(*input.definition);
        if (!has_widget && !forced) continue;
        is_forced.push_back(forced);
        if (is_set(part(options_of(*input.definition), "control_after_generate"))) is_forced.push_back(false);
    }
    if (is_forced.size() != values.size()) return values;
    Json kept = Json::array();
    for (std::size_t i = 0; i < is_forced.size(); ++i)
        if (!is_forced[i]) kept.push_back(values[i]);
    return kept;
}

void set_saved_values(Node& node, const Json& saved) {
    if (saved.is_object()) {
        for (std::size_t i = 0; i < node.widgets.size(); ++i)
            if (saved.contains(node.widgets[i].name)) set_value(node, i, part(saved, node.widgets[i].name));
        return;
    }
    if (!saved.is_array()) return;
    const Json values = without_forced_inputs(node, saved);
    std::size_t next = 0;
    // A value may add widgets behind its own, which then take the next values.
    for (std::size_t i = 0; i < node.widgets.size() && next < values.size(); ++i)
        if (node.widgets[i].is_saved) set_value(node, i, values[next++]);
}

}  // namespace

void add_defined_parts(Node& node) {
    node.definition_inputs = ordered_inputs(node.type, *node.definition);
    for (const NamedInput& input : node.definition_inputs)
        add_socket(node, input.name, *input.definition);
    for (const NamedInput& input : node.definition_inputs)
        add_widget(node, input.name, *input.definition);
    if (node.type == "PreviewAny" || node.type == "SaveText")
        for (const char* name : {"preview_text", "preview_mode"})
            node.widgets.push_back(
                {.name = name, .kind = WidgetKind::display, .value = "", .is_saved = false, .is_sent = false});
    if (node.type == "CustomCombo") {
        node.widgets.push_back({.name = "index", .kind = WidgetKind::option_index, .value = nullptr});
        add_option(node);
    }
}

void configure(Node& node) {
    for (const Json& saved : part(*node.saved, "outputs")) {
        OutputSlot output{.type = text_of(part(saved, "type")), .links = {}};
        for (const Json& link : part(saved, "links"))
            if (const auto id = whole_number(link)) output.links.push_back(*id);
        node.outputs.push_back(std::move(output));
    }
    for (const Json& saved : part(*node.saved, "inputs")) {
        const std::string name = text_of(part(saved, "name"));
        const auto link = whole_number(part(saved, "link"));
        if (InputSlot* input = node.is_virtual ? nullptr : node.input(name))
            input->link = link;
        else
            node.inputs.push_back({.name = name,
                                   .type = text_of(part(saved, "type")),
                                   .link = link,
                                   .widget = text_of(part(part(saved, "widget"), "name")),
                                   .promoted = {}});
    }
    std::vector<std::string> linked;
    for (const InputSlot& input : node.inputs)
        if (input.link) linked.push_back(input.name);
    for (const std::string& input : linked)
        grow_beyond(node, input);
    set_saved_values(node, part(*node.saved, "widgets_values"));
}

void set_value(Node& node, std::size_t at, Json value) {
    Widget& widget = node.widgets[at];
    if (widget.kind == WidgetKind::option_index) return;
    widget.value = std::move(value);
    if (widget.kind == WidgetKind::dynamic_combo)
        change_option(node, at);
    else if (widget.kind == WidgetKind::option && at + 1 == node.widgets.size() && is_set(widget.value))
        add_option(node);
}

Widget* Node::widget(std::string_view wanted) {
    if (subgraph) {
        for (InputSlot& slot : inputs)
            if (slot.promoted && slot.name == wanted) return &*slot.promoted;
        return nullptr;
    }
    for (Widget& candidate : widgets)
        if (candidate.name == wanted) return &candidate;
    return nullptr;
}

Widget* Node::widget_of(const InputSlot& slot) { return slot.widget.empty() ? nullptr : widget(slot.widget); }

InputSlot* Node::input(std::string_view wanted) {
    for (InputSlot& slot : inputs)
        if (slot.name == wanted) return &slot;
    return nullptr;
}

InputSlot* Node::input_with_link(std::int64_t link) {
    for (InputSlot& slot : inputs)
        if (slot.link == link) return &slot;
    return nullptr;
}

}  // namespace easel::workflows
