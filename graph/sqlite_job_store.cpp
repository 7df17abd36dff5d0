#include "graph/sqlite_job_store.hpp"

#include "base/error.hpp"
#include "graph/job_records.hpp"
#include "graph/sqlite_schema.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace easel::graph {
namespace {

constexpr int attempts_allowed = 2;
// A checkpoint waits for the disk, and other writers of the file system with it.
constexpr int commits_per_checkpoint = 1000;
// Short jobs are claimed soon after they were pushed: so many are kept as they came, of texts up to this length.
constexpr std::size_t most_fresh = 64;
constexpr std::size_t longest_fresh = 64 << 10;
constexpr int lock_tries = 20;
constexpr auto lock_pause = std::chrono::milliseconds(100);

// A part of the list of all jobs: their rows, and from which table. Parameters: the states and the statuses that are
// wanted, as bits; the workflow or NULL; limit and offset. The halves are merged in the order of the two lists.
constexpr const char* newest_jobs = R"(
SELECT seq, 0, created_ms FROM queue WHERE (?1 >> state) & 1 AND (?3 IS NULL OR workflow_id = ?3)
UNION ALL
SELECT seq, 1, created_ms FROM history WHERE (?2 >> status) & 1 AND (?3 IS NULL OR workflow_id = ?3)
ORDER BY 3 DESC, 1 DESC LIMIT ?4 OFFSET ?5)";
constexpr const char* oldest_jobs = R"(
SELECT seq, 0, created_ms FROM queue WHERE (?1 >> state) & 1 AND (?3 IS NULL OR workflow_id = ?3)
UNION ALL
SELECT seq, 1, created_ms FROM history WHERE (?2 >> status) & 1 AND (?3 IS NULL OR workflow_id = ?3)
ORDER BY 3, 1 LIMIT ?4 OFFSET ?5)";
constexpr const char* longest_jobs = R"(
SELECT seq, 0, 0 FROM queue WHERE (?1 >> state) & 1 AND (?3 IS NULL OR workflow_id = ?3)
UNION ALL
SELECT seq, 1, coalesce(ended_ms - started_ms, 0) FROM history
WHERE (?2 >> status) & 1 AND (?3 IS NULL OR workflow_id = ?3)
ORDER BY 3 DESC, 1 DESC LIMIT ?4 OFFSET ?5)";
constexpr const char* shortest_jobs = R"(
SELECT seq, 0, 0 FROM queue WHERE (?1 >> state) & 1 AND (?3 IS NULL OR workflow_id = ?3)
UNION ALL
SELECT seq, 1, coalesce(ended_ms - started_ms, 0) FROM history
WHERE (?2 >> status) & 1 AND (?3 IS NULL OR workflow_id = ?3)
ORDER BY 3, 1 LIMIT ?4 OFFSET ?5)";
constexpr const char* count_of_jobs = R"(
SELECT (SELECT count(*) FROM queue WHERE (?1 >> state) & 1 AND (?3 IS NULL OR workflow_id = ?3))
     + (SELECT count(*) FROM history WHERE (?2 >> status) & 1 AND (?3 IS NULL OR workflow_id = ?3)))";

// As bits: pending and running; success, error and cancelled.
constexpr std::int64_t every_state = 3;
constexpr std::int64_t every_status = 7;

const char* sql_of(const JobSelection& selection) {
    if (selection.order == JobSelection::Order::created) return selection.ascending ? oldest_jobs : newest_jobs;
    return selection.ascending ? shortest_jobs : longest_jobs;
}

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// From the columns tuple, sensitive, created_ms, attempts at `first`.
Job read_job(const SqliteQuery& row, int first) {
    Job job = parse_job_tuple(row.text(first));
    job.sensitive = Json::parse(row.text(first + 1), nullptr, false);
    job.created_ms = row.integer(first + 2);
    job.attempts = static_cast<int>(row.integer(first + 3));
    return job;
}

// From the columns tuple, outputs, result, meta, created_ms at `first`.
HistoryEntry read_entry(const SqliteQuery& row, int first) {
    HistoryEntry entry;
    entry.job = parse_job_tuple(row.text(first));
    entry.job.created_ms = row.integer(first + 4);
    entry.result = parse_result(row.text(first + 1), row.text(first + 2), row.text(first + 3));
    return entry;
}

void append(std::string& text, const SqliteQuery& row, int column) {
    const SQLite::Column value = row.column(column);
    text.append(value.getText(), static_cast<std::size_t>(value.getBytes()));
}

// `"id":{"prompt":...,"outputs":...,"status":...,"meta":...}` from the columns id, tuple, outputs, result, meta.
void append_entry(std::string& text, const SqliteQuery& row) {
    static constexpr const char* names[] = {":{\"prompt\":", ",\"outputs\":", ",\"status\":", ",\"meta\":"};
    text += json_text(row.text(0));
    for (int column = 0; column < 4; ++column) {
        text += names[column];
        append(text, row, column + 1);
    }
    text += "}";
}

std::optional<std::int64_t> optional_integer(const SqliteQuery& row, int column) {
    if (row.column(column).isNull()) return {};
    return row.integer(column);
}

std::optional<std::string> optional_text(const SqliteQuery& row, int column) {
    if (row.column(column).isNull()) return {};
    return row.text(column);
}

// From the columns id, number, created_ms, workflow_id.
JobLine read_line(const SqliteQuery& row, JobPhase phase) {
    JobLine line;
    line.id = row.text(0);
    line.phase = phase;
    line.number = row.column(1).getDouble();
    line.created_ms = row.integer(2);
    line.workflow_id = optional_text(row, 3);
    return line;
}

}  // namespace

// Keeps two servers from running the jobs of one file. A file of its own beside the store's, because closing any
// descriptor of the store's file would drop SQLite's locks on it.
class SqliteJobStore::FileLock {
public:
    explicit FileLock(const std::string& path)
        : descriptor_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        if (descriptor_ < 0)
            throw Error("cannot write beside the job store " + path + " (choose another file with --database)");
        // A server that is being restarted may still be on its way out.
        for (int tries = 0; ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++tries) {
            if (tries == lock_tries) {
                ::close(descriptor_);
                throw Error("another server uses the job store " + path + " (choose another file with --database)");
            }
            std::this_thread::sleep_for(lock_pause);
        }
    }
    ~FileLock() { ::close(descriptor_); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

SqliteJobStore::SqliteJobStore(const std::string& path, std::size_t history_limit) : history_limit_(history_limit) {
    const bool is_file = path != ":memory:";
    try {
        if (is_file) lock_ = std::make_unique<FileLock>(path);
        // Waiting jobs may carry their owners' keys.
        if (is_file) ::close(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        writer_ = std::make_shared<SqliteConnection>(path);
        writer_->script(job_store_schema);
        reader_ = is_file ? std::make_shared<SqliteConnection>(path) : writer_;
        recover();
    } catch (const SQLite::Exception& error) {
        throw Error("cannot use the job store " + path + ": " + error.what() +
                    " (choose another file with --database)");
    }
    if (is_file) checkpointer_ = std::jthread([this, path](std::stop_token stop) { checkpoint_loop(path, stop); });
}

SqliteJobStore::~SqliteJobStore() = default;

// What was running when the last process died runs first, once more; what has ended two processes is given up.
void SqliteJobStore::recover() {
    SqliteTransaction transaction(*writer_);
    auto count = [&](const char* sql) {
        SqliteQuery query = writer_->query(sql);
        return query.next() ? query.integer(0) : 0;
    };
    history_count_ = static_cast<std::size_t>(count("SELECT count(*) FROM history"));
    std::vector<std::pair<std::int64_t, std::string>> lost;
    {
        SqliteQuery rows = writer_->query("SELECT seq, id FROM queue WHERE state = 1 AND attempts >= ?");
        rows.with(attempts_allowed);
        while (rows.next())
            lost.emplace_back(rows.integer(0), rows.text(1));
    }
    for (const auto& [row, id] : lost)
        history_count_ = move_to_history(row, id, given_up(id, now_ms()));
    writer_->run("UPDATE queue SET state = 0, place = 0 WHERE state = 1");
    pending_count_ = static_cast<std::size_t>(count("SELECT count(*) FROM queue"));
    next_number_ = count("SELECT value FROM counters WHERE name = 'number'");
    transaction.commit();
}

void SqliteJobStore::push(Job job) {
    const std::string tuple = job_tuple(job), sensitive = json_text(job.sensitive);
    {
        std::scoped_lock lock(writer_->mutex);
        SqliteTransaction transaction(*writer_);
        writer_
            ->query("INSERT INTO queue(id, state, place, number, attempts, created_ms, workflow_id, tuple, sensitive)"
                    " VALUES (?, 0, 1, ?, 0, ?, ?, ?, ?)")
            .with(job.id, job.number, job.created_ms, workflow_id(job), tuple, sensitive)
            .run();
        const std::int64_t row = writer_->last_row();
        keep_number();
        transaction.commit();
        held_.emplace(row, job.id);
        if (fresh_.size() < most_fresh && tuple.size() <= longest_fresh) fresh_.emplace(row, std::move(job));
        ++pending_count_;
    }
    committed();
    changed();
}

// With the writer's mutex held.
void SqliteJobStore::keep_number() {
    writer_
        ->query("INSERT INTO counters(name, value) VALUES ('number', ?)"
                " ON CONFLICT(name) DO UPDATE SET value = excluded.value")
        .with(next_number_.load())
        .run();
}

// What is known of a row that is no longer pending. With the writer's mutex held.
void SqliteJobStore::forget(std::int64_t row) {
    held_.erase(row);
    fresh_.erase(row);
}

void SqliteJobStore::release(const std::string& id) {
    {
        std::scoped_lock lock(writer_->mutex);
        std::erase_if(held_, [&](const auto& held) { return held.second == id; });
    }
    claimable_.notify_one();
}

std::optional<Job> SqliteJobStore::claim(std::chrono::milliseconds wait, std::stop_token stop) {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    std::optional<Job> job;
    {
        std::unique_lock lock(writer_->mutex);
        auto has_claimable = [&] { return pending_count_ > held_.size(); };
        if (!claimable_.wait_until(lock, stop, deadline, has_claimable) || stop.stop_requested()) return {};
        job = take_next();
    }
    if (!job) return {};
    committed();
    changed();
    return job;
}

// Marks the first claimable row as running. With the writer's mutex held.
std::optional<Job> SqliteJobStore::take_next() {
    SqliteTransaction transaction(*writer_);
    std::int64_t row = 0;
    bool is_found = false;
    std::optional<Job> job;
    {
        SqliteQuery rows = writer_->query("SELECT seq, tuple, sensitive, created_ms, attempts FROM queue"
                                          " WHERE state = 0 ORDER BY place, number, seq");
        while (!is_found && rows.next()) {
            row = rows.integer(0);
            is_found = !held_.contains(row);
        }
        if (!is_found) return {};
        if (!fresh_.contains(row)) job = read_job(rows, 1);
    }
    // The attempt is on disk before the job begins: a process that it kills has counted it.
    writer_->query("UPDATE queue SET state = 1, attempts = attempts + 1 WHERE seq = ?").with(row).run();
    transaction.commit();
    if (!job) job = std::move(fresh_.at(row));
    forget(row);
    ++job->attempts;
    --pending_count_;
    ++running_count_;
    return job;
}

void SqliteJobStore::finish(const std::string& id, const JobResult& result) {
    {
        std::scoped_lock lock(writer_->mutex);
        try {
            end_running(id, result);
            unfinished_.reset();
        } catch (const JobStoreError& error) {
            unfinished_ = error.what();
            throw;
        }
    }
    committed();
    changed();
}

// With the writer's mutex held.
void SqliteJobStore::end_running(const std::string& id, const JobResult& result) {
    SqliteTransaction transaction(*writer_);
    std::int64_t row = 0;
    {
        SqliteQuery rows = writer_->query("SELECT seq FROM queue WHERE id = ? AND state = 1");
        if (!rows.with(id).next()) throw Error("job " + id + " is not running");
        row = rows.integer(0);
    }
    const std::size_t entries = move_to_history(row, id, result);
    transaction.commit();
    history_count_ = entries;
    --running_count_;
}

// The job's texts are copied as they are. A repeated id takes the place of its earlier entry; beyond the limit the
// oldest entry goes. Gives how many entries there are then.
std::size_t SqliteJobStore::move_to_history(std::int64_t row, const std::string& id, const JobResult& result) {
    const JobTimes when = times(result);
    const bool exists = writer_->query("SELECT 1 FROM history WHERE id = ?").with(id).next();
    writer_
        ->query("INSERT INTO history(id, status, number, created_ms, started_ms, ended_ms, workflow_id, tuple, "
                "outputs, result, meta)"
                " SELECT id, ?, number, created_ms, ?, ?, workflow_id, tuple, ?, ?, ? FROM queue WHERE seq = ?"
                " ON CONFLICT(id) DO UPDATE SET status = excluded.status,"
                " number = excluded.number, created_ms = excluded.created_ms, started_ms = excluded.started_ms,"
                " ended_ms = excluded.ended_ms, workflow_id = excluded.workflow_id, tuple = excluded.tuple,"
                " outputs = excluded.outputs, result = excluded.result, meta = excluded.meta")
        .with(static_cast<int>(result.status), when.started_ms, when.ended_ms, json_text(result.outputs),
              status_text(result), json_text(result.meta), row)
        .run();
    writer_->query("DELETE FROM queue WHERE seq = ?").with(row).run();
    const std::size_t entries = history_count_ + (exists ? 0 : 1);
    if (exists || entries <= history_limit_) return entries;
    writer_->run("DELETE FROM history WHERE seq = (SELECT min(seq) FROM history)");
    return entries - 1;
}

void SqliteJobStore::requeue(const std::string& id) {
    {
        std::scoped_lock lock(writer_->mutex);
        if (writer_->query("UPDATE queue SET state = 0, place = 0, attempts = attempts - 1 WHERE id = ? AND state = 1")
                .with(id)
                .run() == 0)
            return;
        ++pending_count_;
        --running_count_;
    }
    claimable_.notify_one();
    committed();
    changed();
}

bool SqliteJobStore::remove(const std::string& id) {
    {
        std::scoped_lock lock(writer_->mutex);
        std::int64_t row = 0;
        {
            SqliteQuery rows = writer_->query("SELECT seq FROM queue WHERE id = ? AND state = 0"
                                              " ORDER BY place, number, seq LIMIT 1");
            if (!rows.with(id).next()) return false;
            row = rows.integer(0);
        }
        writer_->query("DELETE FROM queue WHERE seq = ?").with(row).run();
        forget(row);
        --pending_count_;
    }
    committed();
    changed();
    return true;
}

void SqliteJobStore::clear_pending() {
    {
        std::scoped_lock lock(writer_->mutex);
        writer_->run("DELETE FROM queue WHERE state = 0");
        held_.clear();
        fresh_.clear();
        pending_count_ = 0;
    }
    committed();
    changed();
}

void SqliteJobStore::remove_history(const std::string& id) {
    std::scoped_lock lock(writer_->mutex);
    history_count_ -= static_cast<std::size_t>(writer_->query("DELETE FROM history WHERE id = ?").with(id).run());
}

void SqliteJobStore::clear_history() {
    std::scoped_lock lock(writer_->mutex);
    writer_->run("DELETE FROM history");
    history_count_ = 0;
}

// --- reading

std::vector<Job> SqliteJobStore::running() const {
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows =
        reader_->query("SELECT tuple, sensitive, created_ms, attempts FROM queue WHERE state = 1 ORDER BY seq");
    std::vector<Job> jobs;
    while (rows.next())
        jobs.push_back(read_job(rows, 0));
    return jobs;
}

std::vector<Job> SqliteJobStore::pending() const {
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows = reader_->query(
        "SELECT tuple, sensitive, created_ms, attempts FROM queue WHERE state = 0 ORDER BY place, number, seq");
    std::vector<Job> jobs;
    while (rows.next())
        jobs.push_back(read_job(rows, 0));
    return jobs;
}

std::optional<Job> SqliteJobStore::find_active(const std::string& id) const {
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows = reader_->query(
        "SELECT tuple, sensitive, created_ms, attempts FROM queue WHERE id = ? ORDER BY state DESC LIMIT 1");
    if (!rows.with(id).next()) return {};
    return read_job(rows, 0);
}

// The reference counts a negative offset from the newest when there is a limit, and gives one entry for max_items 0.
SqliteJobStore::Range SqliteJobStore::range(std::optional<int> max_items, int offset) const {
    const auto size = static_cast<std::int64_t>(history_count_.load());
    std::int64_t skip = offset;
    if (offset < 0) skip = max_items ? size - *max_items : 0;
    if (skip >= size) return {};
    return {.count = max_items ? std::max<std::int64_t>(1, *max_items) : size, .skip = std::max<std::int64_t>(0, skip)};
}

std::vector<HistoryEntry> SqliteJobStore::history(std::optional<int> max_items, int offset) const {
    const Range part = range(max_items, offset);
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows = reader_->query(
        "SELECT tuple, outputs, result, meta, created_ms FROM history WHERE seq >= (SELECT seq FROM history"
        " INDEXED BY history_place ORDER BY seq LIMIT 1 OFFSET ?) ORDER BY seq LIMIT ?");
    rows.with(part.skip, part.count);
    std::vector<HistoryEntry> entries;
    while (rows.next())
        entries.push_back(read_entry(rows, 0));
    return entries;
}

std::optional<HistoryEntry> SqliteJobStore::find_history(const std::string& id) const {
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows = reader_->query("SELECT tuple, outputs, result, meta, created_ms FROM history WHERE id = ?");
    if (!rows.with(id).next()) return {};
    return read_entry(rows, 0);
}

SqliteJobStore::QueueJson SqliteJobStore::queue_json() const {
    std::scoped_lock lock(reader_->mutex);
    SqliteTransaction transaction(*reader_, SqliteTransaction::Purpose::reading);
    auto array = [](SqliteQuery&& rows) {
        std::string text = "[";
        for (const char* comma = ""; rows.next(); comma = ",")
            append(text += comma, rows, 0);
        return text += "]";
    };
    return {.running = array(reader_->query("SELECT tuple FROM queue WHERE state = 1 ORDER BY seq")),
            .pending = array(reader_->query("SELECT tuple FROM queue WHERE state = 0 ORDER BY place, number, seq"))};
}

std::string SqliteJobStore::history_json(std::optional<int> max_items, int offset) const {
    const Range part = range(max_items, offset);
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows =
        reader_->query("SELECT id, tuple, outputs, result, meta FROM history WHERE seq >= (SELECT seq FROM history"
                       " INDEXED BY history_place ORDER BY seq LIMIT 1 OFFSET ?) ORDER BY seq LIMIT ?");
    rows.with(part.skip, part.count);
    std::string text = "{";
    for (const char* comma = ""; rows.next(); comma = ",")
        append_entry(text += comma, rows);
    return text += "}";
}

std::string SqliteJobStore::history_json(const std::string& id) const {
    std::scoped_lock lock(reader_->mutex);
    SqliteQuery rows = reader_->query("SELECT id, tuple, outputs, result, meta FROM history WHERE id = ?");
    std::string text = "{";
    if (rows.with(id).next()) append_entry(text, rows);
    return text += "}";
}

JobList SqliteJobStore::list(const JobSelection& selection) const {
    std::int64_t states = 0, statuses = 0;
    for (const JobPhase phase : selection.phases) {
        if (phase != JobPhase::finished) states |= phase == JobPhase::running ? 2 : 1;
        if (phase != JobPhase::finished) continue;
        for (const JobStatus ending : selection.endings)
            statuses |= std::int64_t{1} << static_cast<int>(ending);
    }
    const std::int64_t limit = selection.limit.value_or(-1), offset = selection.offset;

    std::scoped_lock lock(reader_->mutex);
    SqliteTransaction transaction(*reader_, SqliteTransaction::Purpose::reading);
    JobList list;
    if (states == every_state && statuses == every_status && !selection.workflow_id) {
        list.total = static_cast<std::int64_t>(remaining() + history_count_);
    } else {
        SqliteQuery count = reader_->query(count_of_jobs);
        if (count.with(states, statuses, selection.workflow_id).next()) list.total = count.integer(0);
    }
    SqliteQuery rows = reader_->query(sql_of(selection));
    rows.with(states, statuses, selection.workflow_id, limit, offset);
    while (rows.next()) {
        const bool is_finished = rows.integer(1) == 1;
        list.lines.push_back(is_finished ? read_finished_line(rows.integer(0)) : read_active_line(rows.integer(0)));
    }
    return list;
}

// With the reader's mutex held, within a transaction, as the next.
JobLine SqliteJobStore::read_active_line(std::int64_t row) const {
    SqliteQuery found = reader_->query("SELECT id, number, created_ms, workflow_id, state FROM queue WHERE seq = ?");
    found.with(row).next();
    return read_line(found, found.integer(4) == 1 ? JobPhase::running : JobPhase::pending);
}

JobLine SqliteJobStore::read_finished_line(std::int64_t row) const {
    SqliteQuery found =
        reader_->query("SELECT id, number, created_ms, workflow_id, status, started_ms, ended_ms, outputs,"
                       " result FROM history WHERE seq = ?");
    found.with(row).next();
    JobLine line = read_line(found, JobPhase::finished);
    line.status = static_cast<JobStatus>(found.integer(4));
    line.started_ms = optional_integer(found, 5);
    line.ended_ms = optional_integer(found, 6);
    line.outputs = read_record(found.text(7));
    if (line.status == JobStatus::error) line.error = error_of(found.text(8));
    return line;
}

// --- telling others

std::optional<std::string> SqliteJobStore::trouble() {
    std::scoped_lock lock(writer_->mutex);
    if (unfinished_ || !writer_->is_in_trouble()) return unfinished_;
    try {
        keep_number();
        return {};
    } catch (const JobStoreError& error) {
        return error.what();
    }
}

void SqliteJobStore::on_change(std::function<void()> callback) {
    std::scoped_lock lock(callback_mutex_);
    callback_ = std::move(callback);
}

void SqliteJobStore::changed() const {
    std::function<void()> callback;
    {
        std::scoped_lock lock(callback_mutex_);
        callback = callback_;
    }
    if (callback) callback();
}

void SqliteJobStore::committed() {
    std::scoped_lock lock(checkpoint_mutex_);
    if (++commits_ == commits_per_checkpoint) checkpoint_due_.notify_one();
}

// Moves the log into the database file, which waits for the disk: on a thread of its own, so that no request does.
void SqliteJobStore::checkpoint_loop(const std::string& path, std::stop_token stop) {
    SqliteConnection connection(path);
    while (true) {
        {
            std::unique_lock lock(checkpoint_mutex_);
            checkpoint_due_.wait(lock, stop, [this] { return commits_ >= commits_per_checkpoint; });
            if (stop.stop_requested()) return;
            commits_ = 0;
        }
        std::scoped_lock lock(connection.mutex);
        try {
            connection.query("PRAGMA wal_checkpoint(PASSIVE)").next();
        } catch (const JobStoreError&) {
            // The log stays as it is and is moved the next time.
        }
    }
}

std::unique_ptr<JobStore> open_sqlite_job_store(const std::string& path, std::size_t history_limit) {
    return std::make_unique<SqliteJobStore>(path, history_limit);
}

}  // namespace easel::graph
