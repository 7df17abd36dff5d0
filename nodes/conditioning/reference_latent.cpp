#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ReferenceLatent {
    Conditioning conditioning;
    std::optional<Latent> latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_edit_model";
        s.category = "model/conditioning";
        s.display_name = "Set Reference Latent";
        s.description = "This node sets the guiding latent for an edit model. If the model supports it you can chain "
                        "multiple to set multiple reference images.";
        s.in("conditioning", &ReferenceLatent::conditioning);
        s.in("latent", &ReferenceLatent::latent);
    }

    Conditioning execute() const {
        Conditioning referring = conditioning;
        if (!latent) return referring;
        for (inference::Condition& condition : referring)
            condition.reference_latents.push_back(latent->samples);
        return referring;
    }
};

}  // namespace

void register_reference_latent(Registry& registry) { registry.add<ReferenceLatent>("ReferenceLatent"); }

}  // namespace easel::nodes
