#include "server/worker.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace easel::server {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto longest_claim = std::chrono::minutes(1);
constexpr auto between_attempts = std::chrono::seconds(1);

const char* ending(graph::JobStatus status) {
    switch (status) {
    case graph::JobStatus::success:
        return "done";
    case graph::JobStatus::error:
        return "failed";
    case graph::JobStatus::cancelled:
        return "interrupted";
    }
    return "";
}

}  // namespace

Worker::Worker(Parts parts) : parts_(std::move(parts)), thread_([this] { run(); }) {}

Worker::~Worker() {
    stop(std::chrono::hours(24));
    if (thread_.joinable()) thread_.join();
}

void Worker::interrupt(const std::optional<std::string>& prompt_id) {
    {
        std::lock_guard lock(mutex_);
        if (running_) {
            if (!prompt_id || *prompt_id == *running_) running_stop_.request_stop();
            return;
        }
    }
    // Claimed, perhaps, but not begun.
    for (const graph::Job& job : parts_.jobs.running()) {
        if (prompt_id && *prompt_id != job.id) continue;
        std::lock_guard lock(mutex_);
        if (running_ == job.id)
            running_stop_.request_stop();
        else if (!running_)
            early_stop_ = job.id;
    }
}

void Worker::free(bool unload_models, bool forget_outputs) {
    std::lock_guard lock(mutex_);
    wants_unload_ |= unload_models || forget_outputs;
    wants_forget_ |= forget_outputs;
    claiming_.request_stop();
}

bool Worker::stop(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    stopping_changed_.notify_all();
    claiming_.request_stop();
    running_stop_.request_stop();
    if (ended_changed_.wait_for(lock, patience, [this] { return ended_; })) return true;
    const std::optional<std::string> stuck = running_;
    gave_up_ = stuck.has_value();
    lock.unlock();
    if (stuck) requeue(*stuck);
    return false;
}

void Worker::run() {
    pthread_setname_np(pthread_self(), "easel-worker");
    try {
        graph::Executor& executor = parts_.prepare();
        while (true) {
            std::stop_token claim_ends;
            {
                std::lock_guard lock(mutex_);
                if (stopping_) break;
                claiming_ = std::stop_source();
                claim_ends = claiming_.get_token();
            }
            act_on_wishes(executor);
            if (std::optional<graph::Job> job = next_job(claim_ends)) run_job(executor, *job);
        }
    } catch (const std::exception& error) {
        parts_.failed(error);
    }
    std::lock_guard lock(mutex_);
    ended_ = true;
    ended_changed_.notify_all();
}

std::optional<graph::Job> Worker::next_job(std::stop_token stop) {
    try {
        std::optional<graph::Job> job = parts_.jobs.claim(longest_claim, std::move(stop));
        if (job) note_room();
        return job;
    } catch (const graph::JobStoreError& error) {
        wait_for_room(error);
        return {};
    }
}

// What a job has made is kept until it can be stored. False when the server stops before.
bool Worker::finish(const std::string& id, const graph::JobResult& result) {
    while (true) {
        try {
            parts_.jobs.finish(id, result);
            note_room();
            return true;
        } catch (const graph::JobStoreError& error) {
            if (!wait_for_room(error)) return false;
        }
    }
}

void Worker::requeue(const std::string& id) {
    try {
        parts_.jobs.requeue(id);
    } catch (const graph::JobStoreError& error) {
        logger("server")->error("prompt {}: {}; it runs again after the next start", id, error.what());
    }
}

// False when the server stops.
bool Worker::wait_for_room(const graph::JobStoreError& error) {
    if (!std::exchange(lacks_room_, true))
        logger("server")->error("{}; prompts wait until it can be written", error.what());
    std::unique_lock lock(mutex_);
    return !stopping_changed_.wait_for(lock, between_attempts, [this] { return stopping_; });
}

void Worker::note_room() {
    if (std::exchange(lacks_room_, false)) logger("server")->info("the job store can be written again");
}

void Worker::run_job(graph::Executor& executor, const graph::Job& job) {
    std::stop_token stop;
    {
        std::lock_guard lock(mutex_);
        running_ = job.id;
        running_stop_ = std::stop_source();
        if (stopping_ || early_stop_ == job.id) running_stop_.request_stop();
        early_stop_.reset();
        stop = running_stop_.get_token();
    }
    const auto begun = Clock::now();
    parts_.job_started(job);
    const graph::JobResult result = executor.run(job, stop);
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    const graph::JobStatus status = result.status;
    parts_.job_ended(status);
    bool is_cut_short = false;
    {
        std::lock_guard lock(mutex_);
        if (gave_up_) return;
        is_cut_short = stopping_ && status == graph::JobStatus::cancelled;
    }
    if (is_cut_short) {
        requeue(job.id);
        logger("server")->info("prompt {}: stopped, in the queue again", job.id);
    } else if (finish(job.id, result)) {
        logger("server")->info("prompt {}: {} in {:.2f} s", job.id, ending(status), seconds);
        if (auto client = job.client_id())
            parts_.events.emit(
                {.prompt_id = job.id, .client_id = std::move(client), .timestamp_ms = 0, .body = graph::Executing{}});
    }
    std::lock_guard lock(mutex_);
    running_.reset();
}

void Worker::act_on_wishes(graph::Executor& executor) {
    bool unload = false, forget = false;
    {
        std::lock_guard lock(mutex_);
        std::swap(unload, wants_unload_);
        std::swap(forget, wants_forget_);
    }
    if (forget) executor.reset();
    if (unload) parts_.unload_models();
}

}  // namespace easel::server
