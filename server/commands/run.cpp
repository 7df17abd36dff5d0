#include "base/error.hpp"
#include "base/pool.hpp"
#include "graph/executor.hpp"
#include "graph/output_cache.hpp"
#include "graph/validator.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/workbench.hpp"
#include "server/commands/workflow_edits.hpp"
#include "workflows/replacements.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <thread>

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

// Ctrl-C stops the prompt at its next step instead of ending the process in the middle of a file. The signals must be
// blocked in every thread, so it is made before any other thread.
class StopOnSignal {
public:
    StopOnSignal() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        waiter_ = std::jthread([this](const std::stop_token& done) {
            const timespec pause{.tv_sec = 0, .tv_nsec = 100'000'000};
            while (!done.stop_requested())
                if (sigtimedwait(&signals_, nullptr, &pause) > 0) stop_.request_stop();
        });
    }
    std::stop_token token() const { return stop_.get_token(); }

private:
    sigset_t signals_{};
    std::stop_source stop_;
    std::jthread waiter_;
};

// The demo's checkpoint is found wherever the program was started, so that its workflow runs without any set-up.
void add_demo_checkpoints(Folders& folders) {
    std::error_code failed;
    fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (int level = 0; !failed && level < 5 && folder.has_relative_path(); ++level, folder = folder.parent_path()) {
        if (!fs::exists(folder / "demo" / "easel-demo.safetensors", failed)) continue;
        folders.add_model_path("checkpoints", folder / "demo", false);
        return;
    }
}

void print_problems(const graph::Validation& validation) {
    if (validation.error)
        std::fprintf(stderr, "easel: %s (%s)\n",
                     validation.error->value("message", std::string("the workflow is not valid")).c_str(),
                     validation.error->value("details", std::string()).c_str());
    for (const auto& [id, node] : validation.node_errors.items())
        for (const Json& problem : node.value("errors", Json::array()))
            std::fprintf(
                stderr, "  node %s (%s): %s: %s\n", id.c_str(), node.value("class_type", std::string()).c_str(),
                problem.value("message", std::string()).c_str(), problem.value("details", std::string()).c_str());
}

// Every file and text that the nodes showed.
void print_outputs(const graph::JobResult& result, const Folders& folders) {
    for (const auto& [id, output] : result.outputs.items())
        for (const auto& [kind, items] : output.items()) {
            if (!items.is_array()) continue;
            for (const Json& item : items) {
                if (item.is_string()) std::puts(item.get<std::string>().c_str());
                if (!item.is_object() || !item.contains("filename")) continue;
                const fs::path folder = folders.directory(item.value("type", std::string("output")));
                std::puts(
                    (folder / item.value("subfolder", std::string()) / item["filename"].get<std::string>()).c_str());
            }
        }
}

void print_failure(const graph::JobResult& result) {
    for (const graph::JobMessage& message : result.messages) {
        if (message.name != "execution_error") continue;
        std::string text = message.data.value("exception_message", std::string());
        while (text.ends_with('\n'))
            text.pop_back();
        std::fprintf(stderr, "easel: node %s (%s) failed: %s\n", message.data.value("node_id", std::string()).c_str(),
                     message.data.value("node_type", std::string()).c_str(), text.c_str());
    }
}

}  // namespace

int run_workflow(const Options& given, const RunCommand& command) {
    Json prompt = read_workflow(command.workflow);
    apply_edits(prompt, command);
    const StopOnSignal stop_on_signal;

    Options options = given;
    if (command.output) options.folders.output = *command.output;
    Workbench workbench(options);
    add_demo_checkpoints(*workbench.folders);
    workflows::apply_replacements(prompt, workbench.registry);
    const graph::Validation validation = graph::validate(prompt, workbench.registry, workbench.services);
    print_problems(validation);
    if (validation.error) return 1;

    Pool pool("easel-async", 64);
    const auto cache = graph::make_output_cache(options.cache);
    ProgressPrinter printer(prompt);
    graph::Executor::Hooks hooks{.evict_models = [&] { workbench.backend->unload_models(); },
                                 .post_to_pool = [&pool](std::function<void()> work) { pool.post(std::move(work)); }};
    graph::Executor executor(workbench.registry, *cache, printer, workbench.services, std::move(hooks));
    graph::Job job;
    job.id = "00000000-0000-4000-8000-000000000000";
    job.prompt = prompt;
    job.outputs = validation.outputs;
    const graph::JobResult result = executor.run(job, stop_on_signal.token());
    printer.end();
    print_outputs(result, *workbench.folders);
    if (result.status == graph::JobStatus::success) return validation.node_errors.empty() ? 0 : 1;
    if (result.status == graph::JobStatus::cancelled) std::fputs("easel: interrupted\n", stderr);
    print_failure(result);
    return 1;
}

}  // namespace easel::server
