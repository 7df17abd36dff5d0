// What computes: libtorch, the engine and the nodes, behind the interface that the server knows.

#include "base/host_memory.hpp"
#include "inference/engine.hpp"
#include "inference/layers/products.hpp"
#include "inference/memory/accelerator.hpp"
#include "nodes/register_all.hpp"
#include "server/backend.hpp"
#include "server/backend/room_for_models.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

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

inference::MemoryOptions memory_options(const MemoryFlags& flags) {
    const auto bytes = [](const std::optional<double>& gigabytes) -> std::optional<std::uint64_t> {
        if (!gigabytes) return std::nullopt;
        return static_cast<std::uint64_t>(*gigabytes * (1 << 30));
    };
    const bool is_whole = flags.vram == VramMode::high || flags.vram == VramMode::gpu_only;
    return {.mode = flags.vram == VramMode::none ? inference::WeightMode::streamed
                    : is_whole                   ? inference::WeightMode::all_resident
                                                 : inference::WeightMode::shared,
            .reserve = bytes(flags.reserve_vram_gb),
            .max_ram = bytes(flags.max_ram_gb),
            .text_on_cpu = flags.vram == VramMode::low};
}

inference::Engine::Options engine_options(const Options& options, Folders& folders, at::Device device) {
    return {.compute = {.force_fp32 = options.precision.force_fp32,
                        .force_fp16 = options.precision.force_fp16,
                        .diffusion_model = scalar_type(options.precision.unet),
                        .text_encoder = scalar_type(options.precision.text),
                        .vae = scalar_type(options.precision.vae),
                        .device = device},
            .memory = memory_options(options.memory),
            .embedding_folders = [&folders] { return folders.model_folder("embeddings")->paths; }};
}

std::string default_precision() {
    switch (inference::fastest_products()) {
        case inference::Products::half: return "float16 products of float32 values: measured, the fastest here";
        case inference::Products::bfloat16: return "bfloat16: measured, the fastest here";
        case inference::Products::single: break;
    }
    return "float32: measured, nothing else is faster here";
}

class TorchBackend final : public Backend {
public:
    TorchBackend(const Options& options, Folders& folders)
        : threads_(options.threads), folders_(folders),
          accelerator_(inference::find_accelerator(options.memory.vram != VramMode::cpu)),
          engine_(engine_options(options, folders, accelerator_.device)) {}

    void register_nodes(graph::Registry& registry) override { nodes::register_all(registry); }
    void add_services(graph::Services& services) override { services.add(engine_); }

    void begin_work() override {
        if (threads_ > 0) at::set_num_threads(threads_);
    }

    void unload_models() override {
        engine_.unload_all();
        engine_.forget_unused();
        return_freed_memory();
    }
    bool is_out_of_memory(const std::exception& error) const override { return inference::is_out_of_memory(error); }

    Json devices() const override {
        const inference::DeviceState state = engine_.memory().state();
        const at::Device device = accelerator_.device;
        if (device.is_cpu())
            return Json::array({Json{{"name", "cpu"},
                                     {"type", "cpu"},
                                     {"index", nullptr},
                                     {"vram_total", state.total},
                                     {"vram_free", state.free},
                                     {"torch_vram_total", state.total},
                                     {"torch_vram_free", state.free}}});
        return Json::array({Json{{"name", device.str() + " " + accelerator_.name},
                                 {"type", c10::DeviceTypeName(device.type(), /*lower_case=*/true)},
                                 {"index", device.index()},
                                 {"vram_total", state.total},
                                 {"vram_free", state.free},
                                 {"torch_vram_total", state.reserved},
                                 {"torch_vram_free", state.reserved_free}}});
    }

    Json versions() const override { return {{"pytorch_version", TORCH_VERSION}}; }

    std::vector<std::pair<std::string, std::string>> findings() const override {
        return {{"libtorch", TORCH_VERSION},
                {"instructions used", at::get_cpu_capability()},
                {"default precision", default_precision()},
                {"gpu", accelerator_.finding},
                {"room for models", room_for_models(engine_.memory(), folders_)},
                {"threads", std::to_string(threads_ > 0 ? threads_ : at::get_num_threads())}};
    }

private:
    const int threads_;
    const Folders& folders_;
    const inference::Accelerator accelerator_;
    inference::Engine engine_;
};

}  // namespace

}  // namespace easel::server

extern "C" easel::server::Backend* easel_open_backend(const easel::Options& options, easel::Folders& folders) {
    return new easel::server::TorchBackend(options, folders);
}
