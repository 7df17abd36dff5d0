// The job store in an SQLite file. Commits go to a write-ahead log without waiting for the disk (synchronous=NORMAL):
// a job that `push` stored survives the death of the process at any moment. A power failure may lose the last seconds
// of commits but never damages the file. That is the price of a push in tens of microseconds instead of milliseconds.
#pragma once

#include "graph/job_store.hpp"
#include "graph/sqlite_connection.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <thread>

namespace easel::graph {

// Writers share one connection; long lists are read through a second one and hold nobody up.
class SqliteJobStore final : public JobStore {
public:
    SqliteJobStore(const std::string& path, std::size_t history_limit);
    ~SqliteJobStore() override;

    std::int64_t next_number() override { return next_number_.fetch_add(1); }
    void push(Job job) override;
    void release(const std::string& id) override;
    std::optional<Job> claim(std::chrono::milliseconds wait, std::stop_token stop) override;
    void finish(const std::string& id, const JobResult& result) override;
    void requeue(const std::string& id) override;
    bool remove(const std::string& id) override;
    void clear_pending() override;

    std::vector<Job> running() const override;
    std::vector<Job> pending() const override;
    std::optional<Job> find_active(const std::string& id) const override;
    std::size_t pending_count() const override { return pending_count_; }
    std::size_t remaining() const override { return pending_count_ + running_count_; }

    std::vector<HistoryEntry> history(std::optional<int> max_items, int offset) const override;
    std::optional<HistoryEntry> find_history(const std::string& id) const override;
    void remove_history(const std::string& id) override;
    void clear_history() override;

    QueueJson queue_json() const override;
    std::string history_json(std::optional<int> max_items, int offset) const override;
    std::string history_json(const std::string& id) const override;
    JobList list(const JobSelection& selection) const override;
    std::optional<std::string> trouble() override;
    void on_change(std::function<void()> callback) override;

private:
    class FileLock;
    struct Range {
        std::int64_t count = 0, skip = 0;
    };

    void recover();
    std::optional<Job> take_next();
    std::size_t move_to_history(std::int64_t row, const std::string& id, const JobResult& result);
    void end_running(const std::string& id, const JobResult& result);
    void keep_number();
    void forget(std::int64_t row);
    void committed();
    void changed() const;
    JobLine read_active_line(std::int64_t row) const;
    JobLine read_finished_line(std::int64_t row) const;
    Range range(std::optional<int> max_items, int offset) const;
    void checkpoint_loop(const std::string& path, std::stop_token stop);

    std::unique_ptr<FileLock> lock_;
    std::shared_ptr<SqliteConnection> writer_;
    std::shared_ptr<SqliteConnection> reader_;  // the writer itself for ":memory:"
    const std::size_t history_limit_;

    // Counters of what the tables hold, so that nobody counts rows. Changed with the writer's mutex held.
    std::atomic<std::int64_t> next_number_ = 0;
    std::atomic<std::size_t> pending_count_ = 0;
    std::atomic<std::size_t> running_count_ = 0;
    std::atomic<std::size_t> history_count_ = 0;
    std::map<std::int64_t, std::string> held_;  // pushed and not yet released: row to id. Writer's mutex
    std::map<std::int64_t, Job> fresh_;         // a few that were just pushed, to be claimed unread. Writer's mutex
    std::optional<std::string> unfinished_;     // why the last job's end could not be stored. Writer's mutex
    std::condition_variable_any claimable_;

    mutable std::mutex callback_mutex_;
    std::function<void()> callback_;

    std::mutex checkpoint_mutex_;
    std::condition_variable_any checkpoint_due_;
    int commits_ = 0;            // since the last checkpoint. checkpoint_mutex_
    std::jthread checkpointer_;  // last: it stops before anything else goes
};

}  // namespace easel::graph
