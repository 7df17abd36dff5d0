// Finding an accelerator. libtorch's CUDA part is a library of its own, which is loaded at run time where there is a
// driver: machines without one start without it.
#pragma once

#include "inference/tensor.hpp"

#include <string>

namespace easel::inference {

// What stands between a program and CUDA, in the order in which it is looked at.
struct CudaFacts {
    bool has_libraries = false;  // libtorch_cuda.so lies beside libtorch_cpu.so
    bool has_driver = false;     // libcuda.so.1 can be loaded
    std::string load_error = {}; // why the libraries could not be loaded
    int devices = 0;
};

struct Accelerator {
    at::Device device = at::kCPU;  // where prompts run
    std::string finding;           // what `easel doctor` says
    std::string name;              // the device's; empty for the processor
};

// Looks and loads. To be called before anything else asks libtorch for devices.
Accelerator find_accelerator(bool is_wanted);

// What the facts mean to somebody who wonders why a graphics card is or is not used.
std::string cuda_finding(const CudaFacts& facts, bool is_wanted);

}  // namespace easel::inference
