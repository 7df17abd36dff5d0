#include "inference/memory/device.hpp"

#include "base/error.hpp"
#include "base/host_memory.hpp"
#include "inference/memory/block_cache.hpp"
#include "inference/weights/encoded.hpp"

#include <ATen/EmptyTensor.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/DeviceGuard.h>

#include <algorithm>
#include <new>
#include <string_view>

namespace easel::inference {

namespace {

// A copy in memory from which the device can fetch by itself. Its allocator keeps it until it has.
Tensor pinned(const Tensor& source, at::DeviceType device) {
    at::Allocator* const allocator = at::globalContext().getPinnedMemoryAllocator(device);
    const Tensor copy = at::detail::empty_strided_generic(
        source.sizes(), source.strides(), allocator, c10::DispatchKeySet(c10::DispatchKey::CPU), source.scalar_type());
    return copy.copy_(source);
}

}  // namespace

DeviceState device_state(at::Device device, std::optional<std::uint64_t> max_ram) {
    if (device.is_cpu()) {
        const HostMemory memory = host_memory(max_ram);
        return {.total = memory.total, .free = memory.available + BlockCache::kept_bytes()};
    }
    auto* allocator = at::getDeviceAllocator(device.type());
    const auto [free, total] = allocator->getMemoryInfo(device.index());
    const auto stats = allocator->getDeviceStats(device.index());
    const auto now = [](const auto& kinds) { return kinds.front().current; };  // the first kind is the sum of all
    const auto reserved = static_cast<std::uint64_t>(now(stats.reserved_bytes));
    const std::uint64_t kept = reserved - std::min(reserved, static_cast<std::uint64_t>(now(stats.allocated_bytes)));
    return {.total = total, .free = free + kept, .reserved = reserved, .reserved_free = kept};
}

void release_cached_memory(at::Device device) {
    if (!device.is_cpu()) at::getDeviceAllocator(device.type())->emptyCache();
    return_freed_memory();
}

bool is_out_of_memory(const std::exception& error) {
    if (dynamic_cast<const c10::OutOfMemoryError*>(&error) || dynamic_cast<const OutOfMemory*>(&error) ||
        dynamic_cast<const std::bad_alloc*>(&error))
        return true;
    // The processor's allocator has no kind of its own for this.
    return dynamic_cast<const c10::Error*>(&error) &&
           std::string_view(error.what()).find("DefaultCPUAllocator: ") != std::string_view::npos;
}

Tensor laid_out(const Tensor& weight) {
    return weight.dim() == 4 ? weight.contiguous(at::MemoryFormat::ChannelsLast) : weight;
}

Tensor on_device(const Tensor& stored, at::ScalarType dtype, at::Device device, Transfer transfer) {
    Tensor source = decoded(stored);
    const bool shrinks = c10::elementSize(dtype) < c10::elementSize(source.scalar_type());
    source = laid_out(shrinks ? source.to(dtype) : source);
    const bool is_staged = transfer == Transfer::staged;
    if (is_staged) source = pinned(source, device.type());
    return source.to(device, /*non_blocking=*/is_staged).to(dtype);
}

}  // namespace easel::inference
