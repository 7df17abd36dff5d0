// What the commands share that run prompts in their own process.
#pragma once

#include "base/folders.hpp"
#include "graph/job.hpp"
#include "graph/validator.hpp"

#include <csignal>
#include <filesystem>
#include <stop_token>
#include <thread>
#include <vector>

namespace easel::server {

// Ctrl-C stops the prompt at its next step instead of ending the process in the middle of a file. The signals must be
// blocked in every thread, so it is made before any other thread.
class StopOnSignal {
public:
    StopOnSignal();
    std::stop_token token() const { return stop_.get_token(); }

private:
    sigset_t signals_{};
    std::stop_source stop_;
    std::jthread waiter_;
};

// The demo's checkpoint is found wherever the program was started, so that its workflow runs without any set-up.
void add_demo_checkpoints(Folders& folders);

// On standard error: why a prompt is not valid, and which node failed.
void print_problems(const graph::Validation& validation);
void print_failure(const graph::JobResult& result);

// The files that the nodes wrote, in order.
std::vector<std::filesystem::path> written_files(const graph::JobResult& result, const Folders& folders);

}  // namespace easel::server
