#include "graph/validator.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "base/string_map.hpp"
#include "graph/constants.hpp"
#include "graph/problems.hpp"
#include "graph/prompt.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace easel::graph {

namespace {

// A longer cycle is reported by its first nodes only: its path belongs to every one of them.
constexpr std::size_t longest_shown_cycle = 200;
// How many (output, faulty node) pairs are looked at to fill `dependent_outputs`.
constexpr std::size_t most_dependents = 2'000'000;

// The combos of one prompt ask for the same lists over and over.
class ChoiceCache {
public:
    explicit ChoiceCache(const Services& services) : services_(services) {}

    const Json& options(const InputSpec& input) {
        auto [found, is_new] = lists_.try_emplace(&input);
        if (is_new) found->second = input.choices(services_);
        return found->second;
    }

private:
    const Services& services_;
    std::unordered_map<const InputSpec*, Json> lists_;
};

struct Node {
    std::string id;
    Json* json;
    const NodeDef* def;
};

struct Verdict {
    bool is_known = false;
    bool is_valid = false;
    std::vector<Json> reasons;
};

// A node whose inputs are being looked at. The frames on the stack are the reference's `visiting`.
struct Frame {
    std::size_t node;
    std::optional<EffectiveInputs> inputs;
    std::size_t next_input = 0;
    std::optional<std::size_t> awaited;  // the linked node whose verdict the current input waits for
    bool is_valid = true;
    std::vector<Json> errors;
    Json received_types = Json::object();
};

bool is_linked_type_accepted(std::string_view given, const InputSpec& input) {
    if (!input.classic_combo.value_or(false)) return types_overlap(given, input.type);
    return given == "*" || given == "COMFY_MATCHTYPE_V3";
}

class PromptCheck {
public:
    PromptCheck(Json& prompt, const Registry& registry, const Services& services)
        : prompt_(prompt), registry_(registry), services_(services), choices_(services) {}

    Validation run(const std::optional<std::vector<std::string>>& targets);

private:
    std::optional<Json> index_nodes();
    void check_output(std::size_t output);
    void walk(std::size_t output);
    void step(Frame& frame);
    void check_input(Frame& frame, const InputSpec& input, Json& inputs);
    void check_link(Frame& frame, const InputSpec& input, const Json& link);
    void check_constant(Frame& frame, const InputSpec& input, Json& value);
    bool check_limits(Frame& frame, const InputSpec& input, const Json& value);
    void check_choice(Frame& frame, const InputSpec& input, const Json& value);
    void ask_node(Frame& frame, const Json& inputs);
    void close_frame(Frame& frame);
    void report_cycle(std::size_t node);
    void fail_with(const problems::Exception& exception);
    void note_dependents(std::size_t output);
    Json node_errors() const;

    Json config(const InputSpec& input) { return input_config(input, services_); }

    Json& prompt_;
    const Registry& registry_;
    const Services& services_;
    ChoiceCache choices_;
    std::vector<Node> nodes_;
    StringMap<std::size_t> index_;
    std::vector<Verdict> verdicts_;
    std::vector<std::size_t> depth_;  // 1 + position on the stack; 0: not on it
    std::vector<std::unique_ptr<Frame>> stack_;
    std::vector<std::size_t> seen_by_;  // last output that note_dependents came from, plus 1
    std::size_t looked_at_ = 0;
    std::vector<std::vector<std::size_t>> dependents_;  // of each node, the failed outputs
    std::vector<std::size_t> faulty_;                   // nodes with dependents, in order of discovery
    Validation result_;
};

// Nothing, or the first node that has no class we know.
std::optional<Json> PromptCheck::index_nodes() {
    nodes_.reserve(prompt_.size());
    index_.reserve(prompt_.size());
    for (auto& [id, json] : prompt_.items()) {
        Json title;
        if (json.is_object())
            if (const auto meta = json.find("_meta");
                meta != json.end() && meta->is_object() && meta->contains("title"))
                title = (*meta)["title"];
        if (!json.is_object() || !json.contains("class_type")) return problems::node_without_class(id, title);
        const Json& class_type = json["class_type"];
        const NodeDef* def =
            class_type.is_string() ? registry_.find(class_type.get_ref<const std::string&>()) : nullptr;
        if (!def) {
            const bool has_title =
                json.contains("_meta") && json["_meta"].is_object() && json["_meta"].contains("title");
            return problems::unknown_class(id, class_type, has_title ? title : class_type);
        }
        index_.emplace(id, nodes_.size());
        nodes_.push_back({id, &json, def});
    }
    return std::nullopt;
}

Validation PromptCheck::run(const std::optional<std::vector<std::string>>& targets) {
    if (prompt_.is_object()) result_.error = index_nodes();
    if (result_.error) return std::move(result_);
    verdicts_.resize(nodes_.size());
    depth_.resize(nodes_.size());
    seen_by_.resize(nodes_.size());
    dependents_.resize(nodes_.size());

    StringSet wanted;
    if (targets) wanted.insert(targets->begin(), targets->end());
    bool any_output = false;
    std::string details;
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        if (!nodes_[node].def->record.output_node || (targets && !wanted.contains(nodes_[node].id))) continue;
        any_output = true;
        check_output(node);
        const Verdict& verdict = verdicts_[node];
        if (verdict.is_valid) {
            result_.outputs.push_back(nodes_[node].id);
            continue;
        }
        for (const Json& reason : verdict.reasons)
            details += (details.empty() ? "" : "\n") + reason["message"].get<std::string>() + ": " +
                       reason["details"].get<std::string>();
        note_dependents(node);
    }
    if (!any_output)
        result_.error = problems::no_outputs();
    else if (result_.outputs.empty())
        result_.error = problems::outputs_failed(std::move(details));
    result_.node_errors = node_errors();
    return std::move(result_);
}

void PromptCheck::check_output(std::size_t output) {
    if (!verdicts_[output].is_known) walk(output);
}

// Depth first, like the reference, but with a stack of our own: prompts may be any number of nodes deep.
void PromptCheck::walk(std::size_t output) {
    auto enter = [this](std::size_t node) {
        auto frame = std::make_unique<Frame>();
        frame->node = node;
        stack_.push_back(std::move(frame));
        depth_[node] = stack_.size();
    };
    enter(output);
    while (!stack_.empty()) {
        Frame& frame = *stack_.back();
        try {
            step(frame);
        } catch (const Error& error) {
            fail_with({std::string(error.type()), error.what()});
            continue;
        } catch (const std::exception& error) {
            fail_with({"RuntimeError", error.what()});
            continue;
        }
        if (!frame.awaited) {
            close_frame(frame);
            continue;
        }
        const std::size_t next = *frame.awaited;
        if (!verdicts_[next].is_known && depth_[next] != 0) report_cycle(next);
        if (!verdicts_[next].is_known) enter(next);
    }
}

// Looks at the frame's inputs up to the next link whose node has no verdict yet, or to the end.
void PromptCheck::step(Frame& frame) {
    Json& node = *nodes_[frame.node].json;
    const auto inputs = node.find("inputs");
    if (inputs == node.end()) throw NamedError("KeyError", "'inputs'");
    if (!inputs->is_object())
        throw NamedError("TypeError", "inputs must be an object, not " + std::string(python_type(*inputs)));
    if (!frame.inputs) frame.inputs.emplace(nodes_[frame.node].def->record, *inputs);

    if (frame.awaited) {
        if (!verdicts_[*frame.awaited].is_known) return;
        if (!verdicts_[*frame.awaited].is_valid) frame.is_valid = false;
        frame.awaited.reset();
        ++frame.next_input;
    }
    const std::vector<InputSpec>& specs = frame.inputs->all();
    while (frame.next_input < specs.size()) {
        check_input(frame, specs[frame.next_input], *inputs);
        if (frame.awaited) return;
        ++frame.next_input;
    }
    ask_node(frame, *inputs);
}

void PromptCheck::check_input(Frame& frame, const InputSpec& input, Json& inputs) {
    const auto value = inputs.find(input.name);
    if (value == inputs.end()) {
        if (input.section != Section::required) return;
        const bool is_modern = nodes_[frame.node].def->record.shape == RecordShape::modern;
        const std::size_t dot = is_modern ? input.name.rfind('.') : std::string::npos;
        frame.errors.push_back(problems::required_input_missing(
            input.name, dot == std::string::npos ? input.name : input.name.substr(dot + 1)));
        return;
    }
    if (!value->is_array()) {
        check_constant(frame, input, *value);
    } else if (value->size() != 2) {
        frame.errors.push_back(problems::bad_link(input.name, config(input), *value));
    } else {
        check_link(frame, input, *value);
    }
}

// Anything with two elements counts as a link here; what does not fit throws what Python would.
void PromptCheck::check_link(Frame& frame, const InputSpec& input, const Json& link) {
    const Json& id = link[0];
    if (id.is_structured()) throw NamedError("TypeError", "unhashable type: '" + std::string(python_type(id)) + "'");
    const auto source = id.is_string() ? index_.find(id.get_ref<const std::string&>()) : index_.end();
    if (source == index_.end()) throw NamedError("KeyError", python_repr(id));
    const std::vector<OutputSpec>& outputs = nodes_[source->second].def->record.outputs;

    const Json& slot = link[1];
    if (!slot.is_number_integer() && !slot.is_boolean())
        throw NamedError("TypeError",
                         "tuple indices must be integers or slices, not " + std::string(python_type(slot)));
    auto position = slot.is_boolean() ? static_cast<std::int64_t>(slot.get<bool>()) : slot.get<std::int64_t>();
    const auto count = static_cast<std::int64_t>(outputs.size());
    if (position < 0) position += count;  // Python counts from the end
    if (position < 0 || position >= count) throw NamedError("IndexError", "tuple index out of range");

    const std::string& given = outputs[static_cast<std::size_t>(position)].type;
    frame.received_types[input.name] = given;
    if (!nodes_[frame.node].def->record.checks_input_types && !is_linked_type_accepted(given, input)) {
        const Json shown = config(input);
        frame.errors.push_back(problems::type_mismatch(input.name, shown, shown[0], given, link));
        return;
    }
    frame.awaited = source->second;
    const Verdict& verdict = verdicts_[source->second];
    if (!verdict.is_known) return;
    if (!verdict.is_valid) frame.is_valid = false;
    frame.awaited.reset();
}

void PromptCheck::check_constant(Frame& frame, const InputSpec& input, Json& value) {
    if (value.is_object())
        if (const auto wrapped = value.find("__value__"); wrapped != value.end()) value = Json(std::move(*wrapped));
    if (!input.classic_combo.value_or(false)) {
        try {
            value = convert_constant(value, input.type);
        } catch (const NamedError& error) {
            frame.errors.push_back(
                problems::not_convertible(input.name, config(input), input.type, value, error.what()));
            return;
        }
    }
    const NodeRecord& record = nodes_[frame.node].def->record;
    const auto& checked = record.checked_inputs;
    if (record.checks_every_input || std::find(checked.begin(), checked.end(), input.name) != checked.end()) return;
    if (check_limits(frame, input, value) && input.choices) check_choice(frame, input, value);
}

bool PromptCheck::check_limits(Frame& frame, const InputSpec& input, const Json& value) {
    const auto least = input.options.find("min");
    if (least != input.options.end() && !least->is_null() && python_less(value, *least)) {
        frame.errors.push_back(problems::too_small(input.name, config(input), value, *least));
        return false;
    }
    const auto greatest = input.options.find("max");
    if (greatest != input.options.end() && !greatest->is_null() && python_less(*greatest, value)) {
        frame.errors.push_back(problems::too_big(input.name, config(input), value, *greatest));
        return false;
    }
    return true;
}

void PromptCheck::check_choice(Frame& frame, const InputSpec& input, const Json& value) {
    const Json& options = choices_.options(input);
    std::vector<Json> wrong;
    if (value.is_array() && input.options.value("multiselect", false)) {
        for (const Json& element : value)
            if (!is_one_of(element, options)) wrong.push_back(element);
    } else if (!is_one_of(value, options)) {
        wrong.push_back(value);
    }
    if (!wrong.empty()) frame.errors.push_back(problems::not_in_list(input.name, config(input), value, wrong, options));
}

// The node's own validator. Its answer counts once for every input that it looks at.
void PromptCheck::ask_node(Frame& frame, const Json& inputs) {
    const Node& node = nodes_[frame.node];
    const NodeRecord& record = node.def->record;
    if (!node.def->validate) return;

    ConstantInputs constants{.values = constants_of(*frame.inputs, inputs),
                             .input_types = frame.received_types,
                             .services = services_,
                             .node_id = node.id};
    const std::optional<std::string> answer = node.def->validate(constants);
    if (!answer) return;
    auto refuse = [&](const std::string& name) { frame.errors.push_back(problems::refused_by_node(name, *answer)); };
    const auto& checked = record.checked_inputs;
    for (const auto& [name, value] : constants.values.items())
        if (record.checks_every_input || std::find(checked.begin(), checked.end(), name) != checked.end()) refuse(name);
    if (record.checks_input_types) refuse("input_types");
}

void PromptCheck::close_frame(Frame& frame) {
    Verdict& verdict = verdicts_[frame.node];
    // A cycle through this node may have reported it already.
    const bool was_valid = !verdict.is_known || verdict.is_valid;
    verdict.is_valid = was_valid && frame.is_valid && frame.errors.empty();
    verdict.is_known = true;
    for (Json& error : frame.errors)
        if (std::find(verdict.reasons.begin(), verdict.reasons.end(), error) == verdict.reasons.end())
            verdict.reasons.push_back(std::move(error));
    depth_[frame.node] = 0;
    stack_.pop_back();
}

void PromptCheck::report_cycle(std::size_t node) {
    std::vector<std::size_t> cycle;
    for (std::size_t i = depth_[node] - 1; i < stack_.size(); ++i)
        cycle.push_back(stack_[i]->node);
    const bool is_long = cycle.size() > longest_shown_cycle;

    auto shown = [this](std::size_t n) { return nodes_[n].id + " (" + nodes_[n].def->record.id + ")"; };
    std::string path;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < std::min(cycle.size(), longest_shown_cycle); ++i) {
        path += shown(cycle[i]) + " -> ";
        ids.push_back(nodes_[cycle[i]].id);
    }
    path += (is_long ? "... -> " : "") + shown(node);
    for (std::size_t i = 0; i < cycle.size(); ++i) {
        Verdict& verdict = verdicts_[cycle[i]];
        verdict.is_known = true;
        verdict.is_valid = false;
        verdict.reasons.clear();
        if (i < longest_shown_cycle) verdict.reasons.push_back(problems::cycle(nodes_[cycle[i]].id, path, ids));
    }
}

// The frame on top threw. The node that asked for it reports that, as in the reference.
void PromptCheck::fail_with(const problems::Exception& exception) {
    const std::size_t node = stack_.back()->node;
    depth_[node] = 0;
    stack_.pop_back();
    Verdict& verdict = verdicts_[node];
    verdict.is_known = true;
    verdict.is_valid = false;
    if (stack_.empty()) {
        verdict.reasons = {problems::exception_in_output(exception)};
        return;
    }
    Frame& consumer = *stack_.back();
    const InputSpec& input = consumer.inputs->all()[consumer.next_input];
    const Json& link = (*nodes_[consumer.node].json)["inputs"][input.name];
    verdict.reasons = {problems::exception_upstream(input.name, config(input), link, exception)};
}

// Remembers `output` with the faulty nodes that it depends on.
void PromptCheck::note_dependents(std::size_t output) {
    std::vector<std::size_t> open = {output};
    seen_by_[output] = output + 1;
    while (!open.empty() && ++looked_at_ < most_dependents) {
        const std::size_t node = open.back();
        open.pop_back();
        const Verdict& verdict = verdicts_[node];
        if (!verdict.is_known || verdict.is_valid) continue;
        if (!verdict.reasons.empty()) {
            if (dependents_[node].empty()) faulty_.push_back(node);
            dependents_[node].push_back(output);
        }
        const auto inputs = nodes_[node].json->find("inputs");
        if (inputs == nodes_[node].json->end() || !inputs->is_object()) continue;
        for (const Json& input : *inputs) {
            const auto link = as_link(input);
            const auto source = link ? index_.find(link->node) : index_.end();
            if (source == index_.end() || seen_by_[source->second] == output + 1) continue;
            seen_by_[source->second] = output + 1;
            open.push_back(source->second);
        }
    }
}

Json PromptCheck::node_errors() const {
    Json result = Json::object();
    for (const std::size_t node : faulty_) {
        Json record = Json::object();
        record["errors"] = verdicts_[node].reasons;
        record["dependent_outputs"] = Json::array();
        for (const std::size_t output : dependents_[node])
            record["dependent_outputs"].push_back(nodes_[output].id);
        record["class_type"] = nodes_[node].def->record.id;
        result[nodes_[node].id] = std::move(record);
    }
    return result;
}

}  // namespace

Validation validate(Json& prompt, const Registry& registry, const Services& services,
                    const std::optional<std::vector<std::string>>& targets) {
    return PromptCheck(prompt, registry, services).run(targets);
}

}  // namespace easel::graph
