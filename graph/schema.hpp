// What a node declares: its inputs, outputs and record in /object_info. Typed setters so that misuse does not compile.
#pragma once

#include "graph/arguments.hpp"
#include "graph/services.hpp"
#include "graph/socket.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace easel::graph {

// A number whose kind (1 or 1.0) is kept, since clients see the difference.
struct Number {
    Json json;
    template <class T>
    requires std::is_arithmetic_v<T> Number(T number) : json(number) {}
};

// Which of the reference's two record shapes /object_info shows: the older dictionaries or comfy_api's io.Schema.
enum class RecordShape { classic, modern };

enum class Section { required, optional };

using Choices = std::function<Json(const Services&)>;

// One input as the engine and /object_info see it.
struct InputSpec {
    std::string name;
    std::string type;  // "INT", "IMAGE", "COMBO", "IMAGE,MASK", "*", ...
    Section section = Section::required;
    Json options = Json::object();      // default, min, max, step, tooltip, ... as shown
    bool shows_options = false;         // classic records leave empty options out: ["IMAGE"]
    Choices choices;                    // COMBO only: an array of options, asked whenever needed
    std::optional<bool> classic_combo;  // options in place of the type; follows from the record's shape unless set
    bool lazy = false;
    bool raw_link = false;  // passed as [node id, slot] instead of its value
    // Dynamic inputs (COMFY_AUTOGROW_V3, COMFY_DYNAMICCOMBO_V3): the inputs they stand for, given the literal inputs
    // of the prompt's node (full path names such as "values.value0"). Null for plain inputs.
    std::function<std::vector<InputSpec>(const Json& inputs)> expand;
};

struct OutputSpec {
    std::string type;
    std::string name;
    bool is_list = false;
    std::optional<std::string> tooltip;
    std::optional<std::string> match_template;  // COMFY_MATCHTYPE_V3 outputs
};

struct HiddenSpec {
    std::string name;
    std::string kind;  // PROMPT, EXTRA_PNGINFO, UNIQUE_ID, DYNPROMPT, AUTH_TOKEN_COMFY_ORG, ...
};

// The plain part of a declaration, read by validator, executor and /object_info.
struct NodeRecord {
    std::string id;            // "KSampler"; set by the registry
    std::string display_name;  // empty: the id
    std::string category = "sd";
    std::string description;
    std::string python_module = "nodes";
    RecordShape shape = RecordShape::classic;
    bool output_node = false;
    bool has_intermediate_output = false;
    bool deprecated = false;
    bool experimental = false;
    bool dev_only = false;
    bool not_idempotent = false;
    bool accepts_any_input = false;         // undeclared constants are passed too
    bool accepts_undeclared_links = false;  // a Rest field is there
    bool takes_lists = false;               // derived from List fields
    std::vector<std::string> search_aliases;
    std::optional<std::string> essentials_category;
    std::vector<InputSpec> inputs;  // in the order shown, required and optional mixed as declared
    std::vector<OutputSpec> outputs;
    std::vector<HiddenSpec> hidden;
    // Names handed to the node's own validator (VALIDATE_INPUTS); such inputs are not checked for range or choice.
    std::vector<std::string> checked_inputs;
    bool checks_every_input = false;  // **kwargs
    bool checks_input_types = false;  // input_types: link types are the validator's business
    Json extra = Json::object();      // further members of the record, shown as they are
};

// [type, options] as /object_info and error texts show an input: ["INT", {"default": 0}], or [["a", "b"], {}] for an
// older COMBO.
Json input_config(const InputSpec& input, const Services& services);

// A node's inputs, with dynamic ones replaced by what they stand for, given the inputs of a prompt's node.
class EffectiveInputs {
public:
    EffectiveInputs(const NodeRecord& record, const Json& inputs);

    const std::vector<InputSpec>& all() const { return expanded_ ? *expanded_ : *declared_; }
    const InputSpec* find(std::string_view name) const;

private:
    const std::vector<InputSpec>* declared_;
    std::optional<std::vector<InputSpec>> expanded_;
};

// Sets a field of a node of the caller's choice from the arguments of a call.
using Binder = std::function<void(void* node, const Arguments&)>;

template <class T>
inline constexpr bool is_widget_v =
    std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t> ||
    std::is_same_v<T, double> || std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool is_number_v =
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t> || std::is_same_v<T, double>;

// The setters of one input. T is the type behind optional, Lazy and List.
template <class T>
class Field {
public:
    explicit Field(InputSpec& spec) : spec_(&spec) {}

    Field& tooltip(std::string text) { return option("tooltip", std::move(text)); }
    Field& range(Number least, Number greatest) requires is_number_v<T> {
        return option("min", least.json).option("max", greatest.json);
    }
    Field& least(Number value) requires is_number_v<T> { return option("min", value.json); }
    Field& greatest(Number value) requires is_number_v<T> { return option("max", value.json); }
    Field& step(Number value) requires is_number_v<T> { return option("step", value.json); }
    Field& round(Number value) requires is_number_v<T> { return option("round", value.json); }
    Field& multiline() requires std::is_same_v<T, std::string> { return option("multiline", true); }
    Field& dynamic_prompts() requires std::is_same_v<T, std::string> { return option("dynamicPrompts", true); }
    // COMBO. Classic nodes show the options in place of the type, modern ones as an option; `as_modern_combo` and
    // `as_classic_combo` override what follows from the record's shape.
    Field& choices(Choices list) requires std::is_same_v<T, std::string> {
        spec_->type = "COMBO";
        spec_->choices = std::move(list);
        spec_->options.erase("default");
        return *this;
    }
    Field& as_classic_combo() requires std::is_same_v<T, std::string> {
        spec_->classic_combo = true;
        return *this;
    }
    Field& as_modern_combo() requires std::is_same_v<T, std::string> {
        spec_->classic_combo = false;
        return *this;
    }
    Field& control_after_generate() requires is_number_v<T> { return option("control_after_generate", true); }
    // The record shows no default although the field has one.
    Field& no_default() {
        spec_->options.erase("default");
        return *this;
    }
    Field& default_value(Json value) { return option("default", std::move(value)); }
    Field& force_input() { return option("forceInput", true); }
    Field& advanced() { return option("advanced", true); }
    Field& optional() {
        spec_->section = Section::optional;
        return *this;
    }
    Field& raw_link() {
        spec_->raw_link = true;
        return option("rawLink", true);
    }
    // Another wire type than the field's own, such as "IMAGE,MASK" for a Value.
    Field& type(std::string wire) {
        spec_->type = std::move(wire);
        return *this;
    }
    // Any other member of the record: option("image_upload", true).
    Field& option(std::string key, Json value) {
        spec_->options[std::move(key)] = std::move(value);
        spec_->shows_options = true;
        return *this;
    }
    InputSpec& spec() { return *spec_; }

private:
    InputSpec* spec_;
};

// How each kind of field is named on the wire and bound. Specialised in fields.hpp.
template <class T>
struct FieldKind;

// Handed to a node's `declare`. Its plain members are those of the record.
class Schema : public NodeRecord {
public:
    // Declares an input; the member's initialiser is the widget's default.
    template <class Node, class Member>
    auto in(std::string name, Member Node::*member) {
        using Kind = FieldKind<Member>;
        InputSpec& spec = add_input(std::move(name));
        spec.type = std::string(Kind::socket);
        spec.section = Kind::optional ? Section::optional : Section::required;
        spec.lazy = Kind::lazy;
        if (Kind::lazy) spec.options["lazy"] = true, spec.shows_options = true;
        if (Kind::takes_lists) takes_lists = true;
        if constexpr (is_widget_v<typename Kind::Inner>) {
            if (auto initial = Kind::initial(Node{}.*member)) {
                spec.options["default"] = std::move(*initial);
                spec.shows_options = true;
            }
        }
        binders.push_back([name = spec.name, member](void* node, const Arguments& arguments) {
            Kind::bind(static_cast<Node*>(node)->*member, name, arguments);
        });
        return Field<typename Kind::Inner>(spec);
    }

    // A hidden input of the reference: prompt and workflow (Json or std::optional<Json>), the node's id (std::string).
    template <class Node, class Member>
    void hidden_in(std::string name, std::string kind, Member Node::*member) {
        hidden.push_back({name, std::move(kind)});
        binders.push_back([name = std::move(name), member](void* node, const Arguments& arguments) {
            bind_hidden(static_cast<Node*>(node)->*member, name, arguments);
        });
    }

    // Undeclared linked inputs.
    template <class Node>
    void rest_in(Rest Node::*member) {
        accepts_undeclared_links = true;
        binders.push_back([member](void* node, const Arguments& arguments) {
            (static_cast<Node*>(node)->*member).values = arguments.undeclared();
        });
    }

    // Names the next output; its type follows from what `execute` returns unless given here.
    OutputSpec& out(std::string name) {
        outputs_named.push_back(
            OutputSpec{.type = "", .name = std::move(name), .is_list = false, .tooltip = {}, .match_template = {}});
        return outputs_named.back();
    }

    std::vector<Binder> binders;
    std::vector<OutputSpec> outputs_named;  // merged into `outputs` by make_node

private:
    InputSpec& add_input(std::string name);
};

}  // namespace easel::graph
