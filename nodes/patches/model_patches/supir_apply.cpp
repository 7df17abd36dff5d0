#include "inference/model_patches/supir.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SUPIRApply {
    Model model;
    ModelPatch model_patch;
    Vae vae;
    Image image;
    double strength_start = 1.0;
    double strength_end = 1.0;
    double restore_cfg = 4.0;
    double restore_cfg_s_tmin = 0.05;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model/patch/supir";
        s.experimental = true;
        s.in("model", &SUPIRApply::model);
        s.in("model_patch", &SUPIRApply::model_patch);
        s.in("vae", &SUPIRApply::vae);
        s.in("image", &SUPIRApply::image);
        s.in("strength_start", &SUPIRApply::strength_start)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip("Control strength at the start of sampling (high sigma).");
        s.in("strength_end", &SUPIRApply::strength_end)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip("Control strength at the end of sampling (low sigma). Linearly interpolated from start.");
        s.in("restore_cfg", &SUPIRApply::restore_cfg)
            .range(0.0, 20.0)
            .step(0.1)
            .advanced()
            .tooltip(
                "Pulls denoised output toward the input latent. Higher = stronger fidelity to input. 0 to disable.");
        s.in("restore_cfg_s_tmin", &SUPIRApply::restore_cfg_s_tmin)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("Sigma threshold below which restore_cfg is disabled.");
    }

    Model execute() const {
        return inference::with_supir(model, as_kind<inference::Supir>(model_patch, "a SUPIR network"), vae,
                                     image.pixels.slice(3, 0, 3),
                                     {.strength_at_start = strength_start,
                                      .strength_at_end = strength_end,
                                      .pull = restore_cfg,
                                      .least_sigma = restore_cfg_s_tmin});
    }
};

}  // namespace

void register_supir_apply(Registry& registry) { registry.add<SUPIRApply>("SUPIRApply"); }

}  // namespace easel::nodes
