#include "server/commands/workflow_edits.hpp"

#include "base/error.hpp"
#include "base/nearest_names.hpp"

#include <charconv>
#include <set>

namespace easel::server {

namespace {

std::string title_of(const Json& node) {
    const auto meta = node.find("_meta");
    return meta != node.end() && meta->is_object() ? meta->value("title", std::string()) : std::string();
}

Json& find_node(Json& prompt, const std::string& name) {
    if (const auto found = prompt.find(name); found != prompt.end()) return *found;
    std::vector<std::string> names;
    for (auto& [id, node] : prompt.items()) {
        if (title_of(node) == name) return node;
        names.push_back(id + (title_of(node).empty() ? "" : " (" + title_of(node) + ")"));
    }
    throw UserError("--set: the workflow has no node " + name + "; its nodes are " + joined(names));
}

void assign(Json& prompt, const RunCommand::Assignment& assignment) {
    Json& inputs = find_node(prompt, assignment.node)["inputs"];
    if (!inputs.contains(assignment.input)) {
        std::vector<std::string> names;
        for (const auto& [name, value] : inputs.items())
            names.push_back(name);
        throw UserError("--set: node " + assignment.node + " has no input " + assignment.input + "; its inputs are " +
                        joined(names));
    }
    Json& input = inputs[assignment.input];
    Json value = Json::parse(assignment.value, nullptr, false);
    // Text stays text, even where it looks like a number.
    input = value.is_discarded() || input.is_string() ? Json(assignment.value) : std::move(value);
}

bool is_link(const Json& value) { return value.is_array() && value.size() == 2 && value[0].is_string(); }

// The first input `text` with words in it, from a node upwards.
Json* find_text(Json& prompt, const std::string& id, std::set<std::string>& seen) {
    if (!seen.insert(id).second || !prompt.contains(id)) return nullptr;
    Json& inputs = prompt[id]["inputs"];
    if (const auto text = inputs.find("text"); text != inputs.end() && text->is_string()) return &*text;
    for (auto& [name, value] : inputs.items())
        if (is_link(value))
            if (Json* text = find_text(prompt, value[0].get<std::string>(), seen)) return text;
    return nullptr;
}

void set_text(Json& prompt, const std::string& text) {
    for (auto& [id, node] : prompt.items()) {
        const auto positive = node["inputs"].find("positive");
        if (positive == node["inputs"].end() || !is_link(*positive)) continue;
        std::set<std::string> seen;
        if (Json* found = find_text(prompt, (*positive)[0].get<std::string>(), seen)) {
            *found = text;
            return;
        }
    }
    throw UserError(
        "--prompt: the workflow has no text that leads to a sampler's input \"positive\"; use --set NODE.INPUT=TEXT");
}

void set_seed(Json& prompt, std::uint64_t seed) {
    bool is_set = false;
    for (auto& [id, node] : prompt.items())
        for (const char* name : {"seed", "noise_seed"})
            if (const auto found = node["inputs"].find(name); found != node["inputs"].end() && found->is_number()) {
                *found = seed;
                is_set = true;
            }
    if (!is_set) throw UserError("--seed: no node of the workflow has a seed");
}

std::uint64_t parsed_seed(const std::string& text) {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc() || end != text.data() + text.size())
        throw UserError("--seed: \"" + text + "\" is no whole number from 0 to 2^64-1");
    return seed;
}

}  // namespace

void apply_edits(Json& prompt, const RunCommand& command) {
    for (const auto& [name, value] : command.slots) {
        if (name == "prompt")
            set_text(prompt, value);
        else if (name == "seed")
            set_seed(prompt, parsed_seed(value));
        else
            throw UserError("--" + name + ": this workflow is no template; use --set NODE.INPUT=VALUE");
    }
    for (const RunCommand::Assignment& assignment : command.assignments)
        assign(prompt, assignment);
}

}  // namespace easel::server
