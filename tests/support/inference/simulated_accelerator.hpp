// A device of its own, registered with libtorch as a GPU's would be, that computes with the processor's kernels. In
// what matters for memory it behaves as a GPU does: its memory is limited, an allocation beyond that throws the error
// that CUDA throws, tensors of other devices are refused, and what travels to it is counted and takes time if a test
// wants it to. Every tensor on it lies in the machine's memory, so a kernel is the processor's over the same bytes.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference::testing {

class SimulatedAccelerator {
public:
    struct Counters {
        std::uint64_t in_use = 0, peak = 0;  // bytes
        std::uint64_t to_device = 0;         // bytes copied from the processor's memory
        std::uint64_t to_device_aside = 0;   // of these, by another thread than the one that called reset()
        std::uint64_t from_device = 0;
        std::uint64_t allocations = 0, refused = 0;
    };

    static at::Device device() { return at::Device(at::kPrivateUse1, 0); }

    // How many bytes there are, for all tensors together.
    static void set_capacity(std::uint64_t bytes);
    // How many bytes travel in a second; 0 (the default): no waiting.
    static void set_bandwidth(std::uint64_t bytes_per_second);
    // Whether attention runs without holding all scores at once, as kernels of most GPUs do (the default).
    static void set_flash_attention(bool has_it);
    // Counts from zero; the peak starts at what is in use. The calling thread is the one that computes.
    static void reset();
    static Counters counters();
};

}  // namespace easel::inference::testing
