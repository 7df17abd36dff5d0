// Queue and history in one. Every operation's cost is independent of the queue's length.
#pragma once

#include "base/error.hpp"
#include "graph/job.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace easel::graph {

// A job as a list of jobs shows it: without its prompt.
enum class JobPhase { pending, running, finished };
struct JobLine {
    std::string id;
    JobPhase phase = JobPhase::pending;
    JobStatus status = JobStatus::success;  // of a finished job
    double number = 0;
    std::int64_t created_ms = 0;
    std::optional<std::string> workflow_id;            // extra_data.extra_pnginfo.workflow.id
    std::optional<std::int64_t> started_ms, ended_ms;  // of a finished job, where its messages say so
    Json outputs = Json::object();                     // of a finished job
    std::optional<Json> error;                         // of a failed job: the data of its execution_error
};

// Which jobs a list shows, in which order, and which part of it.
struct JobSelection {
    enum class Order { created, duration };  // a job that has not run took no time
    std::vector<JobPhase> phases = {JobPhase::pending, JobPhase::running, JobPhase::finished};
    std::vector<JobStatus> endings = {JobStatus::success, JobStatus::error, JobStatus::cancelled};  // of finished jobs
    std::optional<std::string> workflow_id;
    Order order = Order::created;
    bool ascending = false;
    std::optional<int> limit;
    int offset = 0;
};

struct JobList {
    std::vector<JobLine> lines;
    std::int64_t total = 0;  // how many there are without limit and offset
};

// The store cannot be read or written: the disk is full, the folder read-only. Nothing was changed; the same call works
// again once that is mended.
class JobStoreError : public Error {
public:
    using Error::Error;
};

// Thread-safe. Implementations keep a job durable before `push` returns. Anything that reads or writes may throw
// JobStoreError.
class JobStore {
public:
    virtual ~JobStore() = default;

    // The next queue number; refused prompts use one up too.
    virtual std::int64_t next_number() = 0;

    // Stores the job. It becomes claimable when `release(id)` is called, or by itself after a restart: a job's events
    // must not overtake the answer to its POST.
    virtual void push(Job job) = 0;
    virtual void release(const std::string& id) = 0;

    // The claimable job with the smallest number (ties: in order of arrival); waits until there is one, `wait` passed
    // (then nothing), or `stop` is requested (then nothing). The job is then running.
    virtual std::optional<Job> claim(std::chrono::milliseconds wait, std::stop_token stop) = 0;

    // Ends the running job and writes its history entry, before it returns.
    virtual void finish(const std::string& id, const JobResult& result) = 0;
    // Puts the running job back at the front without counting an attempt: an orderly shutdown.
    virtual void requeue(const std::string& id) = 0;

    // Deletes a pending job. False when there is none of that id.
    virtual bool remove(const std::string& id) = 0;
    virtual void clear_pending() = 0;

    virtual std::vector<Job> running() const = 0;
    virtual std::vector<Job> pending() const = 0;                             // the first is the next to run
    virtual std::optional<Job> find_active(const std::string& id) const = 0;  // running or pending
    virtual std::size_t pending_count() const = 0;
    virtual std::size_t remaining() const = 0;  // pending and running

    // The newest `max_items` entries in the order they were finished, skipping `offset` from the oldest; a negative
    // offset with max_items counts from the newest, as the reference's get_history does.
    virtual std::vector<HistoryEntry> history(std::optional<int> max_items, int offset) const = 0;
    virtual std::optional<HistoryEntry> find_history(const std::string& id) const = 0;
    virtual void remove_history(const std::string& id) = 0;
    virtual void clear_history() = 0;

    // The same as JSON text, which is kept as it was written: nothing is parsed to answer a long list.
    // A job is the reference's tuple [number, id, prompt, extra_data, outputs]; a history entry is
    // {"prompt": <tuple>, "outputs": ..., "status": ..., "meta": ...}.
    struct QueueJson {
        std::string running, pending;  // arrays of tuples
    };
    virtual QueueJson queue_json() const = 0;
    virtual std::string history_json(std::optional<int> max_items, int offset) const = 0;  // {id: entry, ...}
    virtual std::string history_json(const std::string& id) const = 0;                     // {} when absent

    // Costs what the part that is shown costs, however many jobs there are, as long as they are in order of creation.
    virtual JobList list(const JobSelection& selection) const = 0;

    // Why nothing can be stored now; nothing when it can. Looks again where the last attempt to write failed.
    virtual std::optional<std::string> trouble() = 0;

    // Called (from any thread, without locks held) whenever `remaining` may have changed.
    virtual void on_change(std::function<void()> callback) = 0;
};

// `path` is a file, created when missing, or ":memory:". Jobs that were running when the process died are queued first
// again; one that was begun twice is marked failed. Throws Error naming the file when it cannot be opened.
std::unique_ptr<JobStore> open_sqlite_job_store(const std::string& path, std::size_t history_limit = 10'000);

}  // namespace easel::graph
