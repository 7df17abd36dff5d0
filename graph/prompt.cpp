#include "graph/prompt.hpp"

#include "base/error.hpp"

#include <cmath>

namespace easel::graph {

namespace {

Input read_input(const Json& json) {
    if (auto link = as_link(json)) return std::move(*link);
    return json;
}

PromptNode read_node(std::string id, const Json& json) {
    PromptNode node;
    node.id = std::move(id);
    if (!json.is_object()) return node;
    if (const auto type = json.find("class_type"); type != json.end() && type->is_string())
        node.class_type = type->get_ref<const std::string&>();
    const auto inputs = json.find("inputs");
    if (inputs == json.end() || !inputs->is_object()) return node;
    node.inputs.reserve(inputs->size());
    for (const auto& [name, value] : inputs->items())
        node.inputs.emplace_back(name, read_input(value));
    return node;
}

}  // namespace

std::optional<Link> as_link(const Json& input) {
    if (!input.is_array() || input.size() != 2 || !input[0].is_string()) return std::nullopt;
    const Json& slot = input[1];
    const std::string& node = input[0].get_ref<const std::string&>();
    if (slot.is_boolean()) return Link{node, slot.get<bool>() ? 1 : 0};
    if (!slot.is_number()) return std::nullopt;
    const double number = slot.get<double>();
    const bool fits = std::isfinite(number) && std::abs(number) < 1e9;
    return Link{node, fits ? static_cast<int>(number) : 1'000'000'000};
}

const Input* PromptNode::input(std::string_view name) const {
    for (const auto& [key, value] : inputs)
        if (key == name) return &value;
    return nullptr;
}

DynamicPrompt::DynamicPrompt(Json prompt) : original_(std::move(prompt)) {
    if (!original_.is_object()) return;
    index_.reserve(original_.size());
    for (const auto& [id, json] : original_.items()) {
        if (index_.try_emplace(id, nodes_.size()).second) nodes_.push_back(read_node(id, json));
    }
}

std::optional<std::size_t> DynamicPrompt::index(std::string_view id) const {
    const auto found = index_.find(id);
    if (found == index_.end()) return std::nullopt;
    return found->second;
}

const PromptNode* DynamicPrompt::find(std::string_view id) const {
    const auto found = index(id);
    return found ? &nodes_[*found] : nullptr;
}

const PromptNode& DynamicPrompt::at(std::string_view id) const {
    if (const PromptNode* node = find(id)) return *node;
    throw NamedError("NodeNotFoundError", "Node " + std::string(id) + " not found");
}

std::vector<std::string> DynamicPrompt::ids() const {
    std::vector<std::string> ids;
    ids.reserve(nodes_.size());
    for (const PromptNode& node : nodes_)
        ids.push_back(node.id);
    return ids;
}

std::size_t DynamicPrompt::add(PromptNode node) {
    const auto [found, is_new] = index_.try_emplace(node.id, nodes_.size());
    if (is_new)
        nodes_.push_back(std::move(node));
    else
        nodes_[found->second] = std::move(node);
    return found->second;
}

// An expansion may name any node as the one to display, itself included: a chain is followed at most once round.
std::string DynamicPrompt::display_id(std::string_view id) const {
    std::string shown(id);
    for (std::size_t hops = 0; hops <= nodes_.size(); ++hops) {
        const PromptNode* node = find(shown);
        if (!node || !node->display || *node->display == shown) break;
        shown = *node->display;
    }
    return shown;
}

std::string DynamicPrompt::real_id(std::string_view id) const {
    std::string real(id);
    for (std::size_t hops = 0; hops <= nodes_.size(); ++hops) {
        const PromptNode* node = find(real);
        if (!node || !node->parent) break;
        real = *node->parent;
    }
    return real;
}

std::optional<std::string> DynamicPrompt::parent_id(std::string_view id) const {
    const PromptNode* node = find(id);
    return node ? node->parent : std::nullopt;
}

}  // namespace easel::graph
