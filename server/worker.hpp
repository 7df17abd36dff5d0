// The thread that runs prompts: takes them from the store one by one and brings their ends to history and clients.
#pragma once

#include "graph/events.hpp"
#include "graph/executor.hpp"
#include "graph/job_store.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace easel::server {

class Worker {
public:
    struct Parts {
        graph::JobStore& jobs;
        graph::EventSink& events;
        // On the worker's thread, first of all: loads what computes and gives the executor. What it throws ends the
        // worker and is handed to `failed`.
        std::function<graph::Executor&()> prepare;
        std::function<void(const std::exception&)> failed;
        std::function<void()> unload_models;  // on the worker's thread
        // Around every job, on the worker's thread.
        std::function<void(const graph::Job&)> job_started;
        std::function<void(graph::JobStatus)> job_ended;
    };

    explicit Worker(Parts parts);
    ~Worker();

    // From any thread. Stops the running prompt, of that id or whichever it is; a prompt that comes next is never hit.
    void interrupt(const std::optional<std::string>& prompt_id);
    // From any thread. Acts at once when nothing runs, else after the running prompt.
    void free(bool unload_models, bool forget_outputs);

    // Stops the running prompt, which goes back into the queue, and the thread. False when the node did not stop in
    // time: the prompt is in the queue again, but the thread still runs.
    bool stop(std::chrono::milliseconds patience);

private:
    void run();
    std::optional<graph::Job> next_job(std::stop_token stop);
    void run_job(graph::Executor& executor, const graph::Job& job);
    bool finish(const std::string& id, const graph::JobResult& result);
    void requeue(const std::string& id);
    bool wait_for_room(const graph::JobStoreError& error);
    void note_room();
    void act_on_wishes(graph::Executor& executor);

    Parts parts_;

    std::mutex mutex_;
    std::condition_variable ended_changed_, stopping_changed_;
    bool stopping_ = false;
    bool ended_ = false;
    bool gave_up_ = false;     // on the running job, which is in the queue again
    bool lacks_room_ = false;  // the store cannot be written. Worker's thread
    bool wants_unload_ = false, wants_forget_ = false;
    std::stop_source claiming_;           // ends the wait for a job
    std::optional<std::string> running_;  // the id of the job that runs
    std::stop_source running_stop_;
    std::optional<std::string> early_stop_;  // a job that was interrupted between its claim and its start
    std::thread thread_;
};

}  // namespace easel::server
