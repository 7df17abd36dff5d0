// Work of asynchronous nodes that goes on while the graph does.
#pragma once

#include "graph/returns.hpp"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace easel::graph {

// Nodes whose work has ended, told by pool threads to the thread that runs the prompt.
class FinishedNodes {
public:
    void push(std::size_t node);
    std::vector<std::size_t> take();
    // Waits until a node has ended. False when `stop` was requested first.
    bool wait(std::stop_token stop);

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<std::size_t> nodes_;
};

// The calls of one asynchronous node. Shared with the pool, so that it may outlive its prompt.
class AsyncCalls {
public:
    using Post = std::function<void(std::function<void()>)>;

    // Posts the `work` of every call that has one; `finished` hears of the node when all have ended.
    static std::shared_ptr<AsyncCalls> start(std::vector<CallResult> calls, std::size_t node,
                                             std::shared_ptr<FinishedNodes> finished, const Post& post);

    // After the node has ended: the results in order of the calls. Rethrows the first call's exception.
    std::vector<CallResult> results();

private:
    void run(std::size_t call);

    std::size_t node_ = 0;
    std::shared_ptr<FinishedNodes> finished_;
    std::mutex mutex_;
    std::vector<CallResult> calls_;
    std::vector<std::exception_ptr> failures_;
    std::size_t open_ = 0;
};

}  // namespace easel::graph
