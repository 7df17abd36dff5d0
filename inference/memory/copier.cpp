#include "inference/memory/copier.hpp"

#include "inference/memory/device.hpp"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <pthread.h>

#include <utility>

namespace easel::inference {

namespace {

c10::Stream current_stream(at::Device device) {
    return c10::impl::getDeviceGuardImpl(device.type())->getStream(device);
}

}  // namespace

Copier::Copier(at::Device device) : device_(device), thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::future<std::vector<Tensor>> Copier::copy(std::vector<Part> parts, std::shared_ptr<c10::Event> room) {
    std::packaged_task<std::vector<Tensor>()> task(
        [device = device_, parts = std::move(parts), room = std::move(room)] {
            if (room) room->synchronize();
            std::vector<Tensor> copies;
            for (const Part& part : parts)
                copies.push_back(on_device(part.stored, part.dtype, device, Transfer::staged));
            current_stream(device).synchronize();
            return copies;
        });
    auto result = task.get_future();
    {
        std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return result;
}

void Copier::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "easel-copier");
    const c10::StreamGuard on_own_stream(
        c10::impl::getDeviceGuardImpl(device_.type())->getStreamFromGlobalPool(device_));
    while (true) {
        std::packaged_task<std::vector<Tensor>()> task;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
            task = std::move(tasks_.front());
            tasks_.erase(tasks_.begin());
        }
        task();
    }
}

void handed_over(const Tensor& tensor) {
    at::getDeviceAllocator(tensor.device().type())
        ->recordStream(tensor.storage().data_ptr(), current_stream(tensor.device()));
}

std::shared_ptr<c10::Event> mark(at::Device device) {
    auto event = std::make_shared<c10::Event>(device.type());
    event->record(current_stream(device));
    return event;
}

}  // namespace easel::inference
