#include "graph/async_calls.hpp"

#include <utility>

namespace easel::graph {

void FinishedNodes::push(std::size_t node) {
    {
        const std::lock_guard lock(mutex_);
        nodes_.push_back(node);
    }
    changed_.notify_all();
}

std::vector<std::size_t> FinishedNodes::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(nodes_, {});
}

bool FinishedNodes::wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, std::move(stop), [this] { return !nodes_.empty(); });
}

std::shared_ptr<AsyncCalls> AsyncCalls::start(std::vector<CallResult> calls, std::size_t node,
                                              std::shared_ptr<FinishedNodes> finished, const Post& post) {
    auto self = std::make_shared<AsyncCalls>();
    self->node_ = node;
    self->finished_ = std::move(finished);
    self->calls_ = std::move(calls);
    self->failures_.resize(self->calls_.size());
    std::vector<std::size_t> with_work;
    for (std::size_t call = 0; call < self->calls_.size(); ++call)
        if (self->calls_[call].work) with_work.push_back(call);
    self->open_ = with_work.size();
    for (const std::size_t call : with_work)
        post([self, call] { self->run(call); });
    return self;
}

void AsyncCalls::run(std::size_t call) {
    std::function<CallResult()> work;
    {
        const std::lock_guard lock(mutex_);
        work = std::exchange(calls_[call].work, nullptr);
    }
    CallResult result;
    std::exception_ptr failure;
    try {
        result = work();
    } catch (...) {
        failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    calls_[call] = std::move(result);
    failures_[call] = failure;
    if (--open_ == 0) finished_->push(node_);
}

std::vector<CallResult> AsyncCalls::results() {
    const std::lock_guard lock(mutex_);
    for (const std::exception_ptr& failure : failures_)
        if (failure) std::rethrow_exception(failure);
    return std::exchange(calls_, {});
}

}  // namespace easel::graph
