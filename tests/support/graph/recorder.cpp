#include "tests/support/graph/recorder.hpp"

#include "tests/support/graph/number_nodes.hpp"
#include "tests/support/graph/pictures.hpp"

#include <fstream>
#include <stdexcept>

namespace easel::graph::testing {

namespace {

struct Line {
    std::string operator()(const ExecutionStart&) const { return "start"; }
    std::string operator()(const ExecutionCached& e) const {
        std::string line = "cached";
        for (const std::string& node : e.nodes)
            line += " " + node;
        return line;
    }
    std::string operator()(const Executing& e) const { return "executing " + e.node.value_or("none"); }
    std::string operator()(const Executed& e) const { return "executed " + e.node + " " + e.output.dump(); }
    std::string operator()(const Progress& e) const { return "progress " + e.node + " " + std::to_string(e.value); }
    std::string operator()(const ProgressState& e) const {
        std::string line = "state";
        for (const NodeProgress& node : e.nodes)
            line += " " + node.node + (node.state == NodeState::running ? ":running" : ":finished");
        return line;
    }
    std::string operator()(const Preview& e) const { return "preview " + e.node; }
    std::string operator()(const Text& e) const { return "text " + e.text; }
    std::string operator()(const ExecutionSuccess&) const { return "success"; }
    std::string operator()(const ExecutionError& e) const { return "error " + e.node + " " + e.exception_message; }
    std::string operator()(const ExecutionInterrupted& e) const { return "interrupted " + e.node; }
};

}  // namespace

void Recorder::emit(Event event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
}

std::vector<std::string> Recorder::ran() const {
    std::vector<std::string> nodes;
    for (const Executing& event : all<Executing>())
        nodes.push_back(event.node.value_or(""));
    return nodes;
}

std::vector<std::string> Recorder::lines() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const Event& event : events_)
        lines.push_back(std::visit(Line{}, event.body));
    return lines;
}

void Recorder::clear() {
    const std::lock_guard lock(mutex_);
    events_.clear();
}

Bench::Bench(CacheMode mode, std::size_t lru_entries) {
    register_pictures(registry);
    register_numbers(registry);
    cache_ = make_output_cache({.mode = mode, .lru_entries = lru_entries});
    executor_ =
        std::make_unique<Executor>(registry, *cache_, events, services,
                                   Executor::Hooks{.evict_models = [this] { ++evictions; }, .post_to_pool = {}});
}

JobResult Bench::run(const char* prompt, std::stop_token stop) { return run(Json::parse(prompt), stop); }

JobResult Bench::run(const std::string& prompt, std::stop_token stop) { return run(Json::parse(prompt), stop); }

JobResult Bench::run(Json prompt, std::stop_token stop) {
    const Validation validation = validate(prompt, registry, services);
    if (validation.error) throw std::runtime_error(validation.error->dump() + validation.node_errors.dump());
    Job job;
    job.id = "job-" + std::to_string(++jobs_);
    job.prompt = std::move(prompt);
    job.extra_data = extra_data;
    job.outputs = validation.outputs;
    events.clear();
    return last = executor_->run(job, std::move(stop));
}

JobResult Bench::run_unchecked(Json prompt, std::vector<std::string> outputs) {
    Job job;
    job.id = "job-" + std::to_string(++jobs_);
    job.prompt = std::move(prompt);
    job.outputs = std::move(outputs);
    events.clear();
    return last = executor_->run(job, {});
}

std::vector<std::string> Bench::text(const std::string& node) const {
    const auto output = last.outputs.find(node);
    return output == last.outputs.end() ? std::vector<std::string>{}
                                        : (*output)["text"].get<std::vector<std::string>>();
}

std::vector<std::string> Bench::cached() const { return events.all<ExecutionCached>().at(0).nodes; }

std::vector<std::string> ids(std::initializer_list<const char*> names) { return {names.begin(), names.end()}; }

Json recorded(const std::string& name) {
    std::ifstream file(std::string(EASEL_TEST_DATA) + "/graph/data/" + name);
    if (!file) throw std::runtime_error("there is no tests/graph/data/" + name);
    return Json::parse(file);
}

}  // namespace easel::graph::testing
