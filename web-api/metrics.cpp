#include "web-api/metrics.hpp"

#include <cstdio>

namespace easel::web {
namespace {

const char* name_of(graph::JobStatus status) {
    switch (status) {
    case graph::JobStatus::success:
        return "success";
    case graph::JobStatus::error:
        return "error";
    case graph::JobStatus::cancelled:
        return "cancelled";
    }
    return "unknown";
}

// The value of a label: backslash, quote and line feed have escapes.
std::string label(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\\' || c == '"') escaped += '\\';
        escaped += c == '\n' ? "\\n" : std::string(1, c);
    }
    return escaped;
}

std::string seconds_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6f", seconds);
    return text;
}

// A node that another one made counts as that one's type.
std::string type_of(const StringMap<std::string>& types, const graph::Executing& event) {
    for (const std::string& id : {*event.node, event.display_node})
        if (const auto found = types.find(id); found != types.end()) return found->second;
    return {};
}

}  // namespace

void Metrics::job_started(const graph::Job& job) {
    std::lock_guard lock(mutex_);
    types_.clear();
    for (const auto& [id, node] : job.prompt.items())
        if (node.is_object()) types_[id] = node.value("class_type", std::string());
    job_begun_ = Clock::now();
}

void Metrics::job_ended(graph::JobStatus status) {
    std::lock_guard lock(mutex_);
    end_node();
    Work& jobs = by_outcome_[name_of(status)];
    jobs.runs += 1;
    jobs.seconds += std::chrono::duration<double>(Clock::now() - job_begun_).count();
    types_.clear();
}

void Metrics::emit(graph::Event event) {
    if (const auto* executing = std::get_if<graph::Executing>(&event.body); executing && executing->node) {
        std::lock_guard lock(mutex_);
        end_node();
        node_type_ = type_of(types_, *executing);
        node_begun_ = Clock::now();
    }
    clients_.emit(std::move(event));
}

void Metrics::end_node() {
    if (node_type_.empty()) return;
    Work& work = by_type_[node_type_];
    work.runs += 1;
    work.seconds += std::chrono::duration<double>(Clock::now() - node_begun_).count();
    node_type_.clear();
}

std::string Metrics::text() const {
    std::lock_guard lock(mutex_);
    std::string text = "# HELP easel_jobs_total Prompts that ended.\n# TYPE easel_jobs_total counter\n";
    for (const char* outcome : {"success", "error", "cancelled"}) {
        const auto found = by_outcome_.find(outcome);
        text += "easel_jobs_total{outcome=\"" + std::string(outcome) + "\"} " +
                std::to_string(found == by_outcome_.end() ? 0 : found->second.runs) + "\n";
    }
    text += "# HELP easel_job_seconds_total Time that prompts took.\n# TYPE easel_job_seconds_total counter\n";
    for (const auto& [outcome, work] : by_outcome_)
        text += "easel_job_seconds_total{outcome=\"" + outcome + "\"} " + seconds_text(work.seconds) + "\n";
    text += "# HELP easel_node_runs_total Nodes that ran.\n# TYPE easel_node_runs_total counter\n";
    for (const auto& [type, work] : by_type_)
        text += "easel_node_runs_total{type=\"" + label(type) + "\"} " + std::to_string(work.runs) + "\n";
    text += "# HELP easel_node_seconds_total Time that nodes took.\n# TYPE easel_node_seconds_total counter\n";
    for (const auto& [type, work] : by_type_)
        text += "easel_node_seconds_total{type=\"" + label(type) + "\"} " + seconds_text(work.seconds) + "\n";
    return text;
}

}  // namespace easel::web
