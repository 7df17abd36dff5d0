// Devices that compute, through libtorch's interfaces that are the same for all of them: the processor, CUDA, or
// whatever else has registered itself as an accelerator.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <exception>
#include <optional>

namespace easel::inference {

struct DeviceState {
    std::uint64_t total = 0;  // bytes
    std::uint64_t free = 0;   // that can still be taken, what the allocator keeps for later use included
    std::uint64_t reserved = 0, reserved_free = 0;  // what an accelerator's allocator has taken, and not given out
};

// As it is now; `max_ram` caps the processor's. From any thread.
DeviceState device_state(at::Device device, std::optional<std::uint64_t> max_ram = std::nullopt);

// Gives memory that allocators keep for later back to the system.
void release_cached_memory(at::Device device);

// Whether an exception says that memory is short: libtorch's, the standard library's or ours.
bool is_out_of_memory(const std::exception& error);

// A weight as kernels read it fastest: those of convolutions with channels innermost.
Tensor laid_out(const Tensor& weight);

enum class Transfer {
    direct,
    staged,  // through pinned memory, on the current stream, without waiting for it
};

// A stored weight (on the CPU) on `device`, of this type. Whichever form is smaller is the one that travels.
Tensor on_device(const Tensor& stored, at::ScalarType dtype, at::Device device, Transfer transfer = Transfer::direct);

}  // namespace easel::inference
