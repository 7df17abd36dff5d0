#include "inference/memory/accelerator.hpp"

#include <ATen/DeviceAccelerator.h>
#include <dlfcn.h>

#include <filesystem>
#include <fstream>

namespace easel::inference {

namespace {

namespace fs = std::filesystem;

// The folder that libtorch was loaded from.
fs::path library_folder() {
    Dl_info place{};
    return dladdr(reinterpret_cast<const void*>(&at::accelerator::deviceCount), &place) != 0
               ? fs::path(place.dli_fname).parent_path()
               : fs::path();
}

bool can_load(const char* library) {
    void* const handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (handle != nullptr) dlclose(handle);
    return handle != nullptr;
}

// What the driver calls its first card.
std::string card_name() {
    std::error_code error;
    for (const auto& card : fs::directory_iterator("/proc/driver/nvidia/gpus", error)) {
        std::ifstream file(card.path() / "information");
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("Model:")) return line.substr(line.find_first_not_of(" \t", 6));
    }
    return "";
}

}  // namespace

std::string cuda_finding(const CudaFacts& facts, bool is_wanted) {
    const std::string processor = "prompts run on the processor";
    if (!facts.has_driver && !facts.has_libraries) return "no NVIDIA driver; " + processor;
    if (!facts.has_driver) return "CUDA libraries, but no NVIDIA driver (libcuda.so.1 cannot be loaded); " + processor;
    if (!facts.has_libraries)
        return "NVIDIA driver, but no CUDA libraries beside libtorch (scripts/setup.sh fetches them); " + processor;
    if (!is_wanted) return "NVIDIA driver and CUDA libraries, not used because of --cpu; " + processor;
    if (!facts.load_error.empty()) return "CUDA libraries cannot be loaded: " + facts.load_error + "; " + processor;
    if (facts.devices == 0) return "NVIDIA driver and CUDA libraries, but no device that they can use; " + processor;
    return "CUDA with " + std::to_string(facts.devices) + (facts.devices == 1 ? " device" : " devices") +
           "; prompts run on the first one";
}

Accelerator find_accelerator(bool is_wanted) {
    const fs::path libraries = library_folder() / "libtorch_cuda.so";
    CudaFacts facts{.has_libraries = fs::exists(libraries), .has_driver = can_load("libcuda.so.1")};
    if (is_wanted && facts.has_libraries && facts.has_driver) {
        // Its constructors register kernels and devices, so it stays.
        if (dlopen(libraries.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr)
            facts.load_error = dlerror();
        else if (at::accelerator::getAccelerator() == at::kCUDA)
            facts.devices = at::accelerator::deviceCount();
    }
    Accelerator found{.finding = cuda_finding(facts, is_wanted)};
    if (facts.devices > 0) {
        found.device = at::Device(at::kCUDA, 0);
        found.name = card_name();
    }
    return found;
}

}  // namespace easel::inference
