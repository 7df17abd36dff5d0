#include "inference/sampling/model_options.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ChromaRadianceOptions {
    Model model;
    bool preserve_wrapper = true;
    double start_sigma = 1.0;
    double end_sigma = 0.0;
    std::int64_t nerf_tile_size = -1;
    bool force_sequential_txt_ids = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_chroma_radiance";
        s.category = "model/patch/chroma radiance";
        s.description = "Allows setting advanced options for the Chroma Radiance model.";
        s.in("model", &ChromaRadianceOptions::model);
        s.in("preserve_wrapper", &ChromaRadianceOptions::preserve_wrapper)
            .tooltip("When enabled, will delegate to an existing model function wrapper if it exists. Generally should "
                     "be left enabled.");
        s.in("start_sigma", &ChromaRadianceOptions::start_sigma)
            .range(0.0, 1.0)
            .advanced()
            .tooltip("First sigma that these options will be in effect.");
        s.in("end_sigma", &ChromaRadianceOptions::end_sigma)
            .range(0.0, 1.0)
            .advanced()
            .tooltip("Last sigma that these options will be in effect.");
        s.in("nerf_tile_size", &ChromaRadianceOptions::nerf_tile_size)
            .least(-1)
            .advanced()
            .tooltip("Allows overriding the default NeRF tile size. -1 means use the default (32). 0 means use "
                     "non-tiling mode (may require a lot of VRAM).");
        s.in("force_sequential_txt_ids", &ChromaRadianceOptions::force_sequential_txt_ids)
            .advanced()
            .tooltip("Force usage of sequential text token IDs instead of zeroes. Should be used for checkpoints from "
                     "2026-05-22 to 2026-06-01 that are trained in this way but do not contain the __sequential__ key "
                     "in the state dict.");
    }

    // How many patches are computed at once changes nothing in the result, so `nerf_tile_size` has nothing to say here.
    Model execute() const {
        if (nerf_tile_size < 0 && !force_sequential_txt_ids) return model;
        return inference::with_changed_options(model, [&](inference::ModelOptions& options) {
            if (!preserve_wrapper) options.around_network.clear();
            if (!force_sequential_txt_ids) return;
            options.around_network.push_back(
                [first = start_sigma, last = end_sigma](const inference::NetworkInput& input,
                                                        const inference::ModelOptions::Network& next) {
                    const double sigma = input.evaluation.sigma;
                    if (sigma > first || sigma < last) return next(input);
                    inference::NetworkInput counted = input;
                    counted.extra["text_in_sequence"] = at::scalar_tensor(1, at::kLong);
                    return next(counted);
                });
        });
    }
};

}  // namespace

void register_chroma_radiance_options(Registry& registry) {
    registry.add<ChromaRadianceOptions>("ChromaRadianceOptions");
}

}  // namespace easel::nodes
