#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FluxKontextMultiReferenceLatentMethod {
    Conditioning conditioning;
    std::string reference_latents_method;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/conditioning/flux";
        s.display_name = "Edit Model Reference Method";
        s.experimental = true;
        s.in("conditioning", &FluxKontextMultiReferenceLatentMethod::conditioning);
        s.in("reference_latents_method", &FluxKontextMultiReferenceLatentMethod::reference_latents_method)
            .choices(one_of({"offset", "index", "uxo/uno", "index_timestep_zero"}))
            .advanced();
    }

    Conditioning execute() const {
        using enum inference::ReferenceMethod;
        const auto method = reference_latents_method == "uxo/uno"               ? uxo
                            : reference_latents_method == "index"               ? index
                            : reference_latents_method == "index_timestep_zero" ? index_timestep_zero
                                                                                : offset;
        Conditioning referring = conditioning;
        for (inference::Condition& condition : referring)
            condition.reference_method = method;
        return referring;
    }
};

}  // namespace

void register_flux_kontext_multi_reference_latent_method(Registry& registry) {
    registry.add<FluxKontextMultiReferenceLatentMethod>("FluxKontextMultiReferenceLatentMethod");
}

}  // namespace easel::nodes
