#include "inference/guidance/model_sampling.hpp"
#include "inference/sampling/flow_schedules.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingLTXV {
    Model model;
    double max_shift = 2.05;
    double base_shift = 0.95;
    std::optional<Latent> latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/patch/ltxv";
        s.in("model", &ModelSamplingLTXV::model);
        s.in("max_shift", &ModelSamplingLTXV::max_shift).range(0.0, 100.0).step(0.01);
        s.in("base_shift", &ModelSamplingLTXV::base_shift).range(0.0, 100.0).step(0.01);
        s.in("latent", &ModelSamplingLTXV::latent);
    }

    Model execute() const {
        const double tokens = latent ? static_cast<double>(inference::cells(latent->samples)) : 4096.0;
        return inference::sample_flux(model,
                                      inference::shift_for_tokens(tokens, base_shift, max_shift, 1024.0, 4096.0));
    }
};

}  // namespace

void register_model_sampling_ltxv(Registry& registry) { registry.add<ModelSamplingLTXV>("ModelSamplingLTXV"); }

}  // namespace easel::nodes
