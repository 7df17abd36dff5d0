// The thread that brings weights to a device while another computes there: on a stream of its own, through pinned
// memory.
#pragma once

#include "inference/tensor.hpp"

#include <c10/core/Event.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace easel::inference {

class Copier {
public:
    struct Part {
        Tensor stored;         // on the CPU
        at::ScalarType dtype;  // wanted on the device
    };

    explicit Copier(at::Device device);

    // Copies `parts` once `room` (may be null) has passed: the work that the memory to be reused is still read by. The
    // results are complete when the future is ready; using them on another stream needs `handed_over`.
    std::future<std::vector<Tensor>> copy(std::vector<Part> parts, std::shared_ptr<c10::Event> room);

private:
    void run(const std::stop_token& stop);

    const at::Device device_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<std::packaged_task<std::vector<Tensor>()>> tasks_;
    std::jthread thread_;  // last: its end comes first
};

// Tells the allocator that the device's current stream reads `tensor`, which another stream made.
void handed_over(const Tensor& tensor);

// A mark in the device's current stream: what has been queued there so far.
std::shared_ptr<c10::Event> mark(at::Device device);

}  // namespace easel::inference
