#include "inference/control/control_network.hpp"

#include "inference/control/flux_control.hpp"
#include "inference/control/qwen_control.hpp"
#include "inference/control/sd3_control.hpp"
#include "inference/control/sd_control.hpp"
#include "inference/control/t2i_adapter.hpp"
#include "inference/models/detect.hpp"
#include "inference/models/model.hpp"

#include <filesystem>

namespace easel::inference {
namespace {

constexpr std::string_view model_prefix = "control_model.";

// Networks that repaint pictures from their average are told by their file's name alone.
bool averages(const std::string& name) {
    const std::string stem = std::filesystem::path(name).stem().string();
    return stem.ends_with("_shuffle") || stem.ends_with("_shuffle_fp16");
}

std::shared_ptr<const ControlNetwork> load_sd(TensorMap tensors, const ControlFile& file) {
    const Weights w = file.table(std::move(tensors));
    auto network = std::make_shared<SdControl>(w, averages(file.name));
    if (file.tensors.contains("difference") && file.base != nullptr) {
        const auto sum = [](std::string_view) { return MergeRatio{1.0, 1.0}; };
        network->use(
            PatchSet::with(nullptr, merge_patches(*w.table(), file.base->weights(), file.base->patches(), sum)));
    }
    return network;
}

}  // namespace

std::shared_ptr<const ControlNetwork> load_control_network(const ControlFile& file) {
    const TensorMap& tensors = file.tensors;
    if (tensors.contains("lora_controlnet")) return make_control_lora(tensors, file.table);
    if (tensors.contains("controlnet_cond_embedding.conv_in.weight"))
        return load_sd(sd_control_from_diffusers(tensors), file);
    if (tensors.contains("control_model.zero_convs.0.0.weight")) return load_sd(part_of(tensors, model_prefix), file);
    if (tensors.contains("zero_convs.0.0.weight")) return load_sd(tensors, file);
    if (auto network = load_sd3_control(file)) return network;
    if (auto network = load_qwen_control(file)) return network;
    if (auto network = load_flux_control(file)) return network;
    if (auto adapter = t2i_adapter_tensors(tensors); !adapter.empty())
        return make_t2i_adapter(file.table(std::move(adapter)));
    const std::string what = describe(tensors);
    throw ModelError(file.name + " is no ControlNet of a kind that is known" + (what.empty() ? "" : ": " + what));
}

}  // namespace easel::inference
