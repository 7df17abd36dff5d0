// A few threads for work that may block: file routes, image encoding, asynchronous nodes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace easel {

// Thread-safe. Threads start when there is work and none is free, and leave after idling for a while, so an unused pool
// costs nothing. The destructor runs what was posted before it and then waits for all threads.
class Pool {
public:
    // `name` is what the threads are called in `top -H`, at most 15 characters.
    Pool(std::string name, std::size_t most_threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // Work is begun in the order posted. What it throws is logged and goes no further.
    void post(std::function<void()> work);

private:
    void run();
    void join_finished();

    const std::string name_;
    const std::size_t most_threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    std::size_t idle_ = 0;
    std::size_t alive_ = 0;
    bool closing_ = false;
    std::vector<std::thread> threads_;
    std::vector<std::thread::id> finished_;
};

}  // namespace easel
