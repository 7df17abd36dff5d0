#include "base/error.hpp"
#include "base/pool.hpp"
#include "graph/executor.hpp"
#include "graph/output_cache.hpp"
#include "graph/validator.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/local_run.hpp"
#include "server/commands/workbench.hpp"
#include "server/commands/workflow_edits.hpp"
#include "server/commands/workflow_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <mutex>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

// Shows how far the prompt is: a bar on a terminal, a line for every node elsewhere. Any thread.
class ProgressPrinter final : public graph::EventSink {
public:
    explicit ProgressPrinter(const Json& prompt) : prompt_(prompt), is_terminal_(isatty(STDERR_FILENO) == 1) {}

    void emit(graph::Event event) override {
        std::lock_guard lock(mutex_);
        if (const auto* executing = std::get_if<graph::Executing>(&event.body)) {
            if (executing->node) begin_node(executing->display_node);
        } else if (const auto* progress = std::get_if<graph::Progress>(&event.body)) {
            if (is_terminal_) draw(progress->value, progress->total);
        }
    }

    void end() {
        std::lock_guard lock(mutex_);
        if (is_terminal_) std::fputs("\r\033[K", stderr);
    }

private:
    void begin_node(const std::string& id) {
        const auto node = prompt_.find(id);
        name_ = node == prompt_.end() ? id : node->value("class_type", id);
        if (is_terminal_)
            draw(0, 0);
        else
            std::fprintf(stderr, "%s (node %s)\n", name_.c_str(), id.c_str());
    }

    void draw(double value, double total) const {
        constexpr int width = 32;
        const int filled = total > 0 ? static_cast<int>(width * std::clamp(value / total, 0.0, 1.0)) : 0;
        const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                                std::string(static_cast<std::size_t>(width - filled), '.');
        std::fprintf(stderr, "\r\033[K%-24s [%s]", name_.substr(0, 24).c_str(), bar.c_str());
        if (total > 0) std::fprintf(stderr, " %g/%g", value, total);
    }

    const Json& prompt_;
    const bool is_terminal_;
    std::mutex mutex_;
    std::string name_;
};

// Every file and text that the nodes showed.
void print_outputs(const graph::JobResult& result, const Folders& folders) {
    for (const auto& [id, output] : result.outputs.items())
        for (const auto& [kind, items] : output.items()) {
            if (!items.is_array()) continue;
            for (const Json& item : items) {
                if (item.is_string()) std::puts(item.get<std::string>().c_str());
            }
        }
    for (const fs::path& file : written_files(result, folders))
        std::puts(file.c_str());
}

}  // namespace

int run_workflow(const Options& given, const RunCommand& given_command) {
    RunCommand command = given_command;
    WorkflowFile file = read_workflow(command.workflow, command.slots);
    const StopOnSignal stop_on_signal;

    Options options = given;
    if (command.output) options.folders.output = *command.output;
    Workbench workbench(options);
    add_demo_checkpoints(*workbench.folders);
    const Json workflow = file.workflow.value_or(nullptr);
    workflows::MissingParts missing;
    Json prompt = prompt_of(std::move(file), workbench.registry, workbench.services, *workbench.folders, missing);
    print_missing(missing);
    if (!missing.node_types.empty()) return 1;
    apply_edits(prompt, command);
    const graph::Validation validation = graph::validate(prompt, workbench.registry, workbench.services);
    print_problems(validation);
    if (validation.error) return 1;

    Pool pool("easel-async", 64);
    const auto cache = graph::make_output_cache(options.cache);
    ProgressPrinter printer(prompt);
    graph::Executor::Hooks hooks{
        .evict_models = [&] { workbench.backend->unload_models(); },
        .is_out_of_memory = [&](const std::exception& error) { return workbench.backend->is_out_of_memory(error); },
        .post_to_pool = [&pool](std::function<void()> work) { pool.post(std::move(work)); }};
    graph::Executor executor(workbench.registry, *cache, printer, workbench.services, std::move(hooks));
    graph::Job job;
    job.id = "00000000-0000-4000-8000-000000000000";
    job.prompt = prompt;
    job.outputs = validation.outputs;
    if (!workflow.is_null()) job.extra_data = {{"extra_pnginfo", {{"workflow", workflow}}}};
    const graph::JobResult result = executor.run(job, stop_on_signal.token());
    printer.end();
    print_outputs(result, *workbench.folders);
    if (result.status == graph::JobStatus::success) return validation.node_errors.empty() ? 0 : 1;
    if (result.status == graph::JobStatus::cancelled) std::fputs("easel: interrupted\n", stderr);
    print_failure(result);
    return 1;
}

}  // namespace easel::server
