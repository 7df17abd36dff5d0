// What computes: libtorch, the engine and the nodes, behind the interface that the server knows.

#include "inference/engine.hpp"
#include "nodes/register_all.hpp"
#include "server/backend.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <malloc.h>
#include <sys/sysinfo.h>
#include <torch/version.h>

#include <fstream>

namespace easel::server {

namespace {

std::optional<at::ScalarType> scalar_type(Precision precision) {
    switch (precision) {
    case Precision::fp32:
        return at::kFloat;
    case Precision::fp16:
        return at::kHalf;
    case Precision::bf16:
        return at::kBFloat16;
    case Precision::automatic:
        break;
    }
    return {};
}

inference::Engine::Options engine_options(const Options& options, Folders& folders) {
    return {.compute = {.force_fp32 = options.precision.force_fp32,
                        .force_fp16 = options.precision.force_fp16,
                        .diffusion_model = scalar_type(options.precision.unet),
                        .text_encoder = scalar_type(options.precision.text),
                        .vae = scalar_type(options.precision.vae)},
            .embedding_folders = [&folders] { return folders.model_folder("embeddings")->paths; }};
}

// Bytes in a line of /proc/meminfo.
std::uint64_t memory(const std::string& wanted) {
    std::ifstream file("/proc/meminfo");
    for (std::string name, unit; file >> name;) {
        std::uint64_t kilobytes = 0;
        file >> kilobytes;
        std::getline(file, unit);
        if (name == wanted + ":") return kilobytes << 10;
    }
    return 0;
}

std::string cuda_finding() {
    const bool has_driver = std::ifstream("/proc/driver/nvidia/version").good();
    void* library = dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_NOLOAD);
    const bool has_library = library || at::hasCUDA();
    if (library) dlclose(library);
    if (!has_driver) return "no NVIDIA driver; prompts run on the processor";
    return std::string("NVIDIA driver present, CUDA libraries ") + (has_library ? "loaded" : "not loaded") +
           "; prompts run on the processor";
}

class TorchBackend final : public Backend {
public:
    TorchBackend(const Options& options, Folders& folders)
        : threads_(options.threads), engine_(engine_options(options, folders)) {}

    void register_nodes(graph::Registry& registry) override { nodes::register_all(registry); }
    void add_services(graph::Services& services) override { services.add(engine_); }

    void begin_work() override {
        if (threads_ > 0) at::set_num_threads(threads_);
    }

    void unload_models() override {
        engine_.unload_all();
        engine_.forget_unused();
        malloc_trim(0);
    }

    Json devices() const override {
        const std::uint64_t total = memory("MemTotal"), free = memory("MemAvailable");
        return Json::array({Json{{"name", "cpu"},
                                 {"type", "cpu"},
                                 {"index", nullptr},
                                 {"vram_total", total},
                                 {"vram_free", free},
                                 {"torch_vram_total", total},
                                 {"torch_vram_free", free}}});
    }

    Json versions() const override { return {{"pytorch_version", TORCH_VERSION}}; }

    std::vector<std::pair<std::string, std::string>> findings() const override {
        return {{"libtorch", TORCH_VERSION},
                {"instructions used", at::get_cpu_capability()},
                {"fast bfloat16",
                 inference::has_fast_bfloat16() ? "yes: the default precision" : "no: fp32 is the default precision"},
                {"gpu", cuda_finding()},
                {"threads", std::to_string(threads_ > 0 ? threads_ : at::get_num_threads())}};
    }

private:
    const int threads_;
    inference::Engine engine_;
};

}  // namespace

}  // namespace easel::server

extern "C" easel::server::Backend* easel_open_backend(const easel::Options& options, easel::Folders& folders) {
    return new easel::server::TorchBackend(options, folders);
}
