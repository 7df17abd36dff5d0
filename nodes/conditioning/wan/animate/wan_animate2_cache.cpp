#include "base/error.hpp"
#include "inference/models/wan/animate/animate2.hpp"
#include "inference/sampling/model_options.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanAnimate2Cache {
    Model model;
    std::string device = "cpu";
    std::string dtype = "default";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/conditioning/wan/animate";
        s.description = "Caches the pose-video's per-block activations so it runs once instead of on every sampling "
                        "step. Roughly halves generation time Tradeoff is ~12.5 GB of system RAM at 480x832/81 frames "
                        "in bf16 (scales with resolution and length). With context windows each window is cached "
                        "separately, so RAM scales with the window count; use the static_standard schedule, as uniform "
                        "schedules shift the windows every step and nothing ever recurs to hit the cache.";
        s.experimental = true;
        s.in("model", &WanAnimate2Cache::model);
        s.in("device", &WanAnimate2Cache::device)
            .choices(one_of({"cpu", "gpu"}))
            .default_value("cpu")
            .tooltip("Where to keep the cache. cpu (RAM) is the safe choice, the cache will not fit in VRAM alongside "
                     "the model at typical sizes. gpu (VRAM) can be faster if it fits.");
        s.in("dtype", &WanAnimate2Cache::dtype)
            .choices(one_of({"default", "int8", "int4"}))
            .default_value("default")
            .tooltip("Storage precision. default stores the activations in the model's compute dtype. int8 halves the "
                     "cache, int4 quarters it, convrot is used to retain accuracy.");
    }

    Model execute() const {
        const inference::wan::PoseStore::Settings settings{.on_device = device == "gpu",
                                                           .bits = dtype == "int8"   ? 8
                                                                   : dtype == "int4" ? 4
                                                                                     : 0};
        return inference::with_run_state(
            model, [settings](inference::ModelOptions& options, const inference::RunStart&) {
                const auto store = std::make_shared<inference::wan::PoseStore>(settings);
                options.around_network.push_back([store](const inference::NetworkInput& input, const auto& next) {
                    inference::NetworkInput seen = input;
                    seen.attached.insert_or_assign(std::string(inference::wan::PoseStore::name), store);
                    return next(seen);
                });
            });
    }
};

}  // namespace

void register_wan_animate2_cache(Registry& registry) { registry.add<WanAnimate2Cache>("WanAnimate2Cache"); }

}  // namespace easel::nodes
