// The service that nodes use to open model files. It remembers the files it has opened, so that two nodes that name the
// same checkpoint share one mapping and one copy of the weights. Used from the inference thread only.
#pragma once

#include "inference/control/control.hpp"
#include "inference/control/gligen.hpp"
#include "inference/memory/compute.hpp"
#include "inference/memory/device_memory.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"
#include "inference/patches/lora.hpp"
#include "inference/text/text_encoder.hpp"
#include "inference/upscale/upscale_model.hpp"
#include "inference/vae/vae.hpp"
#include "inference/vision/clip_vision.hpp"
#include "inference/vision/style_model.hpp"
#include "inference/weights/save.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// What a checkpoint file holds; parts that it lacks are empty.
struct Checkpoint {
    std::optional<Model> model;
    std::optional<TextEncoder> clip;
    std::optional<Vae> vae;
    std::optional<ClipVision> vision;
};

// The tensors of one network in a file, by the names that the network reads; empty when the file has none of them.
using NetworkSelection = TensorMap (*)(const TensorMap& file);

// UNETLoader's `weight_dtype`: the type that weights are rounded to before anything else.
enum class WeightDtype { as_stored, fp8_e4m3fn, fp8_e5m2 };

class Engine {
public:
    struct Options {
        ComputeOptions compute;
        MemoryOptions memory = {};
        // Folders of textual inversions, asked at every prompt.
        std::function<std::vector<std::filesystem::path>()> embedding_folders;
    };
    explicit Engine(Options options);
    ~Engine();

    // All of these throw UserError when the file cannot be read and ModelError when it is damaged or is something
    // else; the message then says what it is. Nothing is copied yet: weights are read when they are first used.
    Checkpoint load_checkpoint(const std::filesystem::path& path);
    Model load_diffusion_model(const std::filesystem::path& path, WeightDtype dtype = WeightDtype::as_stored);
    // `type` is CLIPLoader's: "stable_diffusion", ...
    TextEncoder load_text_encoder(const std::vector<std::filesystem::path>& paths, std::string_view type);
    Vae load_vae(const std::filesystem::path& path);
    // `variant` is "taesd", "taef1", ...: its two files.
    Vae load_tiny_vae(const std::filesystem::path& encoder, const std::filesystem::path& decoder,
                      std::string_view variant);
    std::shared_ptr<const Lora> load_lora(const std::filesystem::path& path);
    ClipVision load_clip_vision(const std::filesystem::path& path);
    StyleModel load_style_model(const std::filesystem::path& path);
    UpscaleModel load_upscale_model(const std::filesystem::path& path);
    // `base` is the model to whose weights the file holds differences; null when it is not known.
    ControlNet load_control_net(const std::filesystem::path& path, const Model* base = nullptr);
    std::shared_ptr<const Gligen> load_gligen(const std::filesystem::path& path);
    std::shared_ptr<const ModelPatch> load_model_patch(const std::filesystem::path& path);
    // All of a file's tensors, for a small network that only one node knows.
    Weights load_weights(const std::filesystem::path& path, ModelPart part);
    // A network of a kind of its own (one that looks at pictures, say), which the caller builds on these weights. It
    // computes in float32. `kind` is what messages call it; `round_to` is the type that weights are rounded to first.
    Weights load_network(const std::filesystem::path& path, std::string_view kind, NetworkSelection select,
                         std::optional<at::ScalarType> round_to = std::nullopt);

    // What a checkpoint of these parts consists of; all but the model may be null.
    PendingTensors checkpoint_tensors(const Model& model, const TextEncoder* clip, const Vae* vae,
                                      const ClipVision* vision = nullptr) const;

    // Gives the memory of prepared weights back; handles stay good and prepare again when used.
    void unload_all();
    // Also closes the files that no handle uses any more.
    void forget_unused();
    // Bytes of prepared weights (not counting pages of mapped files).
    std::size_t resident_bytes() const;
    const DeviceMemory& memory() const;

    const ComputeOptions& compute() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace easel::inference
