#include "graph/progress.hpp"

#include <chrono>

namespace easel::graph {

std::int64_t EventChannel::emit(EventBody body) {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    if (is_open_)
        sink_.emit({.prompt_id = prompt_id_, .client_id = client_id_, .timestamp_ms = now, .body = std::move(body)});
    return now;
}

void ProgressBoard::start(const NodeProgress& names) { change(names, NodeState::running, {{0.0, 1.0}}); }

void ProgressBoard::finish(const NodeProgress& names) { change(names, NodeState::finished, std::nullopt); }

void ProgressBoard::update(const NodeProgress& names, double value, double total) {
    change(names, NodeState::running, {{value, total}});
}

// Without a value, the node is at its end.
void ProgressBoard::change(const NodeProgress& names, NodeState state, std::optional<std::pair<double, double>> value) {
    ProgressState message;
    {
        const std::lock_guard lock(mutex_);
        const auto [found, is_new] = index_.try_emplace(names.node, nodes_.size());
        if (is_new) nodes_.push_back(names);
        NodeProgress& node = nodes_[found->second];
        if (is_new) node.value = 0, node.total = 1;
        node.state = state;
        node.value = value ? value->first : node.total;
        if (value) node.total = value->second;
        if (state == NodeState::running)
            running_.insert(found->second);
        else
            running_.erase(found->second);
        if (state == NodeState::finished && nodes_.size() > most_shown) return;
        message = shown();
    }
    events_->emit(std::move(message));
}

ProgressState ProgressBoard::shown() const {
    if (nodes_.size() <= most_shown) return {nodes_};
    ProgressState state;
    const std::size_t first_recent = nodes_.size() - latest_shown;
    for (auto i = running_.begin(); i != running_.end() && *i < first_recent; ++i)
        state.nodes.push_back(nodes_[*i]);
    state.nodes.insert(state.nodes.end(), nodes_.end() - latest_shown, nodes_.end());
    return state;
}

void NodeReporter::progress(double value, double total, std::optional<PreviewImage> preview) {
    if (stop_.stop_requested()) throw Interrupted{};
    board_->update(names_, value, total);
    Progress step{.node = names_.node, .value = value, .total = total};
    if (preview)
        step.preview = Preview{.node = names_.node,
                               .display_node = names_.display_node,
                               .parent_node = names_.parent_node,
                               .real_node = names_.real_node,
                               .image = std::move(*preview)};
    events_->emit(std::move(step));
}

void NodeReporter::text(std::string text) { events_->emit(Text{.node = names_.node, .text = std::move(text)}); }

}  // namespace easel::graph
