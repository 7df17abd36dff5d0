#include "base/error.hpp"
#include "graph/job_store.hpp"
#include "tests/support/full_disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace easel::graph {
namespace {

using namespace std::chrono_literals;

std::string uuid(int n) {
    char text[37];
    std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012d", n);
    return text;
}

Job job(int n, double number) {
    Job made;
    made.id = uuid(n);
    made.number = number;
    made.prompt = {{"1", {{"class_type", "EmptyImage"}, {"inputs", {{"width", 16}}}}}};
    made.extra_data = {{"client_id", "me"}, {"create_time", 1000 + n}};
    made.sensitive = {{"api_key_comfy_org", "key"}};
    made.outputs = {"1"};
    made.created_ms = 1000 + n;
    return made;
}

JobResult success() {
    JobResult result;
    result.outputs = {{"1", {{"images", Json::array({{{"filename", "a.png"}}})}}}};
    result.meta = {{"1", {{"node_id", "1"}}}};
    result.messages = {{"execution_start", {{"timestamp", 5000}}}, {"execution_success", {{"timestamp", 5250}}}};
    return result;
}

class SqliteJobStore : public ::testing::Test {
protected:
    SqliteJobStore() : folder_(std::filesystem::temp_directory_path() / ("easel-jobs-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        open();
    }
    ~SqliteJobStore() override {
        store.reset();
        std::filesystem::remove_all(folder_);
    }

    std::string file() const { return (folder_ / "jobs.db").string(); }
    void open(std::size_t limit = 100) {
        store.reset();
        store = open_sqlite_job_store(file(), limit);
    }
    void add(int n, double number) {
        store->push(job(n, number));
        store->release(uuid(n));
    }
    std::optional<Job> take() { return store->claim(0ms, {}); }
    void run(int n) {
        add(n, n);
        ASSERT_TRUE(take());
        store->finish(uuid(n), success());
    }
    std::vector<std::string> keys(std::optional<int> max_items, int offset) {
        std::vector<std::string> found;
        const Json entries = Json::parse(store->history_json(max_items, offset));
        for (const auto& entry : entries.items())
            found.push_back(entry.key());
        return found;
    }
    std::vector<std::string> ids(std::initializer_list<int> numbers) {
        std::vector<std::string> all;
        for (const int n : numbers)
            all.push_back(uuid(n));
        return all;
    }

    std::filesystem::path folder_;
    std::unique_ptr<JobStore> store;
};

TEST_F(SqliteJobStore, GivesTheSmallestNumberFirstAndEqualOnesInOrderOfArrival) {
    add(1, 5.5), add(2, 5.25), add(3, 9), add(4, -3), add(5, 9);
    for (const int n : {4, 2, 1, 3, 5})
        EXPECT_EQ(take()->id, uuid(n));
    EXPECT_FALSE(take());
}

TEST_F(SqliteJobStore, GivesAJobAsItWasPushed) {
    add(1, 12);
    const auto taken = take();
    const Job pushed = job(1, 12);
    EXPECT_EQ(taken->number, pushed.number);
    EXPECT_EQ(taken->prompt, pushed.prompt);
    EXPECT_EQ(taken->extra_data, pushed.extra_data);
    EXPECT_EQ(taken->sensitive, pushed.sensitive);
    EXPECT_EQ(taken->outputs, pushed.outputs);
    EXPECT_EQ(taken->created_ms, pushed.created_ms);
    EXPECT_EQ(taken->attempts, 1);
}

TEST_F(SqliteJobStore, HoldsAJobUntilItIsReleased) {
    store->push(job(1, 1));
    EXPECT_EQ(store->pending_count(), 1u);
    EXPECT_FALSE(take());
    add(2, 2);
    EXPECT_EQ(take()->id, uuid(2));
    store->release(uuid(1));
    EXPECT_EQ(take()->id, uuid(1));
}

TEST_F(SqliteJobStore, WakesAWaitingClaimOnRelease) {
    store->push(job(1, 1));
    std::optional<Job> taken;
    std::jthread worker([&] { taken = store->claim(10s, {}); });
    std::this_thread::sleep_for(20ms);
    store->release(uuid(1));
    worker.join();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->id, uuid(1));
}

TEST_F(SqliteJobStore, EndsAWaitingClaimWhenAskedToStop) {
    const auto begin = std::chrono::steady_clock::now();
    std::jthread worker([&](std::stop_token stop) { EXPECT_FALSE(store->claim(10s, stop)); });
    worker.request_stop();
    worker.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(SqliteJobStore, CountsPendingAndRunning) {
    add(1, 1), add(2, 2);
    EXPECT_EQ(store->remaining(), 2u);
    take();
    EXPECT_EQ(store->pending_count(), 1u);
    EXPECT_EQ(store->remaining(), 2u);
    store->finish(uuid(1), success());
    EXPECT_EQ(store->remaining(), 1u);
}

TEST_F(SqliteJobStore, KeepsPendingJobsAndTheirOrderOverARestart) {
    store->push(job(1, 7));
    store->push(job(2, -1));
    store->push(job(3, 7));
    open();
    EXPECT_EQ(store->pending_count(), 3u);
    for (const int n : {2, 1, 3})
        EXPECT_EQ(take()->id, uuid(n));
}

TEST_F(SqliteJobStore, GoesOnCountingAfterARestart) {
    Job first = job(1, static_cast<double>(store->next_number()));
    store->next_number();
    store->push(std::move(first));
    open();
    EXPECT_EQ(store->next_number(), 2);
}

TEST_F(SqliteJobStore, SurvivesTheDeathOfTheProcessRightAfterAPush) {
    store.reset();
    const pid_t child = ::fork();
    if (child == 0) {
        auto own = open_sqlite_job_store(file(), 100);
        own->push(job(1, 1));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    open();
    EXPECT_EQ(take()->id, uuid(1));
}

TEST_F(SqliteJobStore, RunsWhatWasRunningFirstAfterARestart) {
    add(1, 5), add(2, 6);
    take();
    add(3, -9);
    open();
    EXPECT_EQ(store->remaining(), 3u);
    const auto again = take();
    EXPECT_EQ(again->id, uuid(1));
    EXPECT_EQ(again->number, 5);
    EXPECT_EQ(again->attempts, 2);
    EXPECT_EQ(take()->id, uuid(3));
}

TEST_F(SqliteJobStore, GivesUpAJobThatEndedTwoProcesses) {
    add(1, 1), add(2, 2);
    take();
    open();
    take();
    open();
    EXPECT_EQ(take()->id, uuid(2));
    const auto entry = store->find_history(uuid(1));
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->result.status, JobStatus::error);
    EXPECT_EQ(entry->result.messages.back().name, "execution_error");
    EXPECT_TRUE(entry->result.messages.back().data["exception_message"].is_string());
}

TEST_F(SqliteJobStore, DoesNotCountAnOrderlyShutdownAsAnAttempt) {
    add(1, 5), add(2, 1);
    take();
    store->finish(uuid(2), success());
    take();
    store->requeue(uuid(1));
    add(3, -1);
    open();
    const auto again = take();
    EXPECT_EQ(again->id, uuid(1));
    EXPECT_EQ(again->attempts, 1);
}

TEST_F(SqliteJobStore, RemovesPendingJobsOnly) {
    add(1, 1), add(2, 2);
    take();
    EXPECT_FALSE(store->remove(uuid(1)));
    EXPECT_TRUE(store->remove(uuid(2)));
    EXPECT_FALSE(store->remove(uuid(2)));
    EXPECT_EQ(store->remaining(), 1u);
}

TEST_F(SqliteJobStore, ClearsPendingJobsAndLeavesTheRunningOne) {
    add(1, 1), add(2, 2);
    store->push(job(3, 3));
    take();
    store->clear_pending();
    EXPECT_EQ(store->pending_count(), 0u);
    EXPECT_EQ(store->running().front().id, uuid(1));
    store->release(uuid(3));
    EXPECT_FALSE(take());
}

TEST_F(SqliteJobStore, ShowsTheQueueAsTuplesWithoutSecrets) {
    add(1, 3), add(2, 2.5);
    take();
    const auto queue = store->queue_json();
    EXPECT_EQ(queue.running.find("key"), std::string::npos);
    const Json running = Json::parse(queue.running), pending = Json::parse(queue.pending);
    EXPECT_EQ(running, Json::array({Json::array({2.5, uuid(2), job(2, 0).prompt, job(2, 0).extra_data, {"1"}})}));
    ASSERT_EQ(pending.size(), 1u);
    EXPECT_TRUE(pending[0][0].is_number_integer());
    EXPECT_EQ(pending[0][1], uuid(1));
}

TEST_F(SqliteJobStore, WritesAHistoryEntryInTheReferencesShape) {
    run(1);
    const Json entries = Json::parse(store->history_json(uuid(1)));
    const Json& entry = entries[uuid(1)];
    EXPECT_EQ(entry["prompt"].size(), 5u);
    EXPECT_EQ(entry["outputs"], success().outputs);
    EXPECT_EQ(entry["meta"], success().meta);
    EXPECT_EQ(entry["status"]["status_str"], "success");
    EXPECT_EQ(entry["status"]["completed"], true);
    EXPECT_EQ(entry["status"]["messages"][0], Json::array({"execution_start", {{"timestamp", 5000}}}));
    EXPECT_EQ(entry.dump().find("key\":\"key"), std::string::npos);
    EXPECT_EQ(store->history_json(uuid(9)), "{}");
}

TEST_F(SqliteJobStore, SelectsHistoryAsTheReferenceDoes) {
    for (int n = 1; n <= 4; ++n)
        run(n);
    EXPECT_EQ(keys({}, -1), ids({1, 2, 3, 4}));
    EXPECT_EQ(keys(2, -1), ids({3, 4}));
    EXPECT_EQ(keys({}, 2), ids({3, 4}));
    EXPECT_EQ(keys(2, 1), ids({2, 3}));
    EXPECT_EQ(keys(2, 0), ids({1, 2}));
    EXPECT_EQ(keys({}, 4), ids({}));
    EXPECT_EQ(keys({}, 100), ids({}));
    EXPECT_EQ(keys(5, 3), ids({4}));
    EXPECT_EQ(keys(1000, -1), ids({1, 2, 3, 4}));
    EXPECT_EQ(keys(0, 0), ids({1}));
    EXPECT_EQ(keys(0, -1), ids({}));
}

TEST_F(SqliteJobStore, ForgetsTheOldestEntriesBeyondTheLimit) {
    open(3);
    for (int n = 1; n <= 5; ++n)
        run(n);
    EXPECT_EQ(keys({}, -1), ids({3, 4, 5}));
    open(3);
    EXPECT_EQ(keys({}, -1), ids({3, 4, 5}));
}

TEST_F(SqliteJobStore, OverwritesTheEntryOfARepeatedIdInItsPlace) {
    run(1), run(2);
    add(1, 9);
    take();
    JobResult failed;
    failed.status = JobStatus::error;
    store->finish(uuid(1), failed);
    EXPECT_EQ(keys({}, -1), ids({1, 2}));
    EXPECT_EQ(store->find_history(uuid(1))->result.status, JobStatus::error);
}

TEST_F(SqliteJobStore, DeletesAndClearsHistory) {
    for (int n = 1; n <= 3; ++n)
        run(n);
    store->remove_history(uuid(2));
    store->remove_history(uuid(7));
    EXPECT_EQ(keys({}, -1), ids({1, 3}));
    store->clear_history();
    EXPECT_EQ(store->history_json({}, -1), "{}");
}

TEST_F(SqliteJobStore, ListsJobsOfEveryPhase) {
    run(1);
    Job interrupted = job(2, 2);
    interrupted.extra_data["extra_pnginfo"] = {{"workflow", {{"id", "w"}}}};
    store->push(std::move(interrupted));
    store->release(uuid(2));
    take();
    JobResult stopped;
    stopped.status = JobStatus::cancelled;
    store->finish(uuid(2), stopped);
    add(3, 3), add(4, 4);
    take();
    const JobList all = store->list({.ascending = true});
    ASSERT_EQ(all.total, 4);
    ASSERT_EQ(all.lines.size(), 4u);
    auto find = [&](int number) {
        return *std::find_if(all.lines.begin(), all.lines.end(),
                             [&](const JobLine& line) { return line.id == uuid(number); });
    };
    EXPECT_EQ(find(3).phase, JobPhase::running);
    EXPECT_EQ(find(4).phase, JobPhase::pending);
    EXPECT_EQ(find(1).started_ms, 5000);
    EXPECT_EQ(find(1).ended_ms, 5250);
    EXPECT_EQ(find(2).status, JobStatus::cancelled);
    EXPECT_EQ(find(2).workflow_id, "w");

    const JobList cancelled = store->list({.phases = {JobPhase::finished}, .endings = {JobStatus::cancelled}});
    ASSERT_EQ(cancelled.total, 1);
    EXPECT_EQ(cancelled.lines.at(0).id, uuid(2));
    EXPECT_EQ(store->list({.workflow_id = "w"}).total, 1);
    EXPECT_EQ(store->list({.workflow_id = "x"}).total, 0);
    EXPECT_EQ(store->list({.phases = {JobPhase::pending}}).lines.at(0).id, uuid(4));
}

TEST_F(SqliteJobStore, ListsAPartInTheOrderThatIsAskedFor) {
    for (int i = 1; i <= 5; ++i) {
        Job made = job(i, i);
        made.created_ms = 100 * i;
        store->push(std::move(made));
        store->release(uuid(i));
        take();
        JobResult result;
        result.messages = {{"execution_start", {{"timestamp", 1000}}},
                           {"execution_success", {{"timestamp", 1000 + (i == 3 ? 90 : 10 * i)}}}};
        result.outputs = {{"9", {{"images", Json::array({{{"filename", "a.png"}}})}}}};
        store->finish(uuid(i), std::move(result));
    }
    auto ids_of = [&](const JobSelection& selection) {
        std::vector<std::string> found;
        for (const JobLine& line : store->list(selection).lines)
            found.push_back(line.id);
        return found;
    };
    EXPECT_EQ(ids_of({.limit = 2}), ids({5, 4}));
    EXPECT_EQ(ids_of({.limit = 2, .offset = 4}), ids({1}));
    EXPECT_EQ(ids_of({.ascending = true, .limit = 2, .offset = 1}), ids({2, 3}));
    EXPECT_EQ(ids_of({.order = JobSelection::Order::duration, .limit = 2}), ids({3, 5}));
    EXPECT_EQ(ids_of({.order = JobSelection::Order::duration, .ascending = true, .limit = 1}), ids({1}));
    const JobList page = store->list({.limit = 1, .offset = 2});
    EXPECT_EQ(page.total, 5);
    EXPECT_EQ(page.lines.at(0).outputs["9"]["images"][0]["filename"], "a.png");
}

TEST_F(SqliteJobStore, NamesTheErrorOfAFailedJob) {
    add(1, 1);
    take();
    JobResult failed;
    failed.status = JobStatus::error;
    failed.messages = {{"execution_error", {{"node_id", "7"}}}};
    store->finish(uuid(1), failed);
    const JobList list = store->list({});
    ASSERT_TRUE(list.lines.at(0).error);
    EXPECT_EQ((*list.lines[0].error)["node_id"], "7");
}

TEST_F(SqliteJobStore, SaysWhenTheQueueChanges) {
    int changes = 0;
    store->on_change([&] { ++changes; });
    store->push(job(1, 1));
    EXPECT_EQ(changes, 1);
    store->release(uuid(1));
    EXPECT_EQ(changes, 1);
    take();
    EXPECT_EQ(changes, 2);
    store->finish(uuid(1), success());
    EXPECT_EQ(changes, 3);
}

TEST_F(SqliteJobStore, RefusesAFileThatAnotherServerUses) { EXPECT_THROW(open_sqlite_job_store(file(), 10), Error); }

TEST_F(SqliteJobStore, RefusesAFileThatIsNoDatabase) {
    const std::string path = (folder_ / "text.db").string();
    std::FILE* text = std::fopen(path.c_str(), "w");
    for (int i = 0; i < 1000; ++i)
        std::fputs("this is not a database ", text);
    std::fclose(text);
    EXPECT_THROW(open_sqlite_job_store(path, 10), Error);
}

TEST_F(SqliteJobStore, WorksInMemory) {
    store = open_sqlite_job_store(":memory:", 10);
    run(1);
    EXPECT_EQ(keys({}, -1), ids({1}));
}

TEST_F(SqliteJobStore, ChangesNothingWhileTheDiskIsFullAndGoesOnAfterwards) {
    run(0);
    add(1, 1), add(2, 2);
    ASSERT_EQ(take()->id, uuid(1));
    {
        const easel::testing::FullDisk full;
        EXPECT_THROW(store->push(job(3, 3)), JobStoreError);
        EXPECT_THROW(store->finish(uuid(1), success()), JobStoreError);
        EXPECT_THROW(take(), JobStoreError);
        EXPECT_THROW(store->remove(uuid(2)), JobStoreError);
        EXPECT_TRUE(store->trouble());
        EXPECT_EQ(store->pending_count(), 1u);
        EXPECT_EQ(store->remaining(), 2u);
        EXPECT_EQ(keys({}, -1), ids({0}));
    }
    EXPECT_TRUE(store->trouble()) << "the end of a job still has to be stored";
    store->finish(uuid(1), success());
    EXPECT_FALSE(store->trouble());
    add(3, 3);
    EXPECT_EQ(take()->id, uuid(2));
    EXPECT_EQ(take()->id, uuid(3));
    EXPECT_EQ(keys({}, -1), ids({0, 1}));
    EXPECT_EQ(store->list({}).total, 4);
}

TEST_F(SqliteJobStore, GivesAJobAsItWasPushedAfterOthersWereRemoved) {
    add(1, 1), add(2, 2);
    store->remove(uuid(2));
    add(3, 3);
    store->clear_pending();
    add(4, 4);
    EXPECT_EQ(take()->id, uuid(4));
    EXPECT_FALSE(take());
}

// A push among many pending jobs takes no longer than among few: both searches go through an index.
TEST_F(SqliteJobStore, PushesAndClaimsAtTheSameCostWithManyPending) {
    auto seconds_for = [&](int begin, int count) {
        const auto start = std::chrono::steady_clock::now();
        for (int n = begin; n < begin + count; ++n)
            add(n, n);
        for (int n = 0; n < 50; ++n)
            store->finish(take()->id, {});
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const double few = seconds_for(0, 2000);
    for (int n = 2000; n < 30'000; ++n)
        add(n, n);
    const double many = seconds_for(30'000, 2000);
    RecordProperty("microseconds_per_push", static_cast<int>(many / 2000 * 1e6));
    EXPECT_LT(many, 5 * few + 0.5);
}

}  // namespace
}  // namespace easel::graph
