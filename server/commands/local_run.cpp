#include "server/commands/local_run.hpp"

#include <pthread.h>

#include <cstdio>

namespace easel::server {

namespace fs = std::filesystem;

StopOnSignal::StopOnSignal() {
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

std::vector<fs::path> written_files(const graph::JobResult& result, const Folders& folders) {
    std::vector<fs::path> files;
    for (const auto& output : result.outputs)
        for (const auto& items : output) {
            if (!items.is_array()) continue;
            for (const Json& item : items) {
                if (!item.is_object() || !item.contains("filename")) continue;
                const fs::path folder = folders.directory(item.value("type", std::string("output")));
                files.push_back(folder / item.value("subfolder", std::string()) /
                                item.value("filename", std::string()));
            }
        }
    return files;
}

}  // namespace easel::server
