#include "base/pool.hpp"

#include "base/log.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace easel {

namespace {

constexpr auto idle_limit = std::chrono::seconds(10);

void run_guarded(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        logger("base")->error("work on the pool failed: {}", error.what());
    } catch (...) {
        logger("base")->error("work on the pool failed");
    }
}

}  // namespace

Pool::Pool(std::string name, std::size_t most_threads)
    : name_(std::move(name)), most_threads_(std::max<std::size_t>(1, most_threads)) {}

Pool::~Pool() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void Pool::post(std::function<void()> work) {
    std::unique_lock lock(mutex_);
    join_finished();
    waiting_.push_back(std::move(work));
    if (waiting_.size() > idle_ && alive_ < most_threads_) {
        ++alive_;
        threads_.emplace_back([this] { run(); });
        return;
    }
    lock.unlock();
    changed_.notify_one();
}

// Threads that left after idling still have to be joined; the lock keeps their number from growing.
void Pool::join_finished() {
    for (const std::thread::id id : finished_) {
        const auto left = std::find_if(threads_.begin(), threads_.end(), [id](auto& t) { return t.get_id() == id; });
        left->join();
        threads_.erase(left);
    }
    finished_.clear();
}

void Pool::run() {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    std::unique_lock lock(mutex_);
    while (true) {
        if (waiting_.empty()) {
            if (closing_) break;
            ++idle_;
            const bool woken = changed_.wait_for(lock, idle_limit, [this] { return closing_ || !waiting_.empty(); });
            --idle_;
            if (!woken) break;
            continue;
        }
        const std::function<void()> work = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        run_guarded(work);
        lock.lock();
    }
    --alive_;
    if (!closing_) finished_.push_back(std::this_thread::get_id());
}

}  // namespace easel
