#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelAttentionBackend {
    Model model;
    std::string attention;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &ModelAttentionBackend::model);
        s.in("attention", &ModelAttentionBackend::attention).choices(one_of({"pytorch attention"}));
    }

    Model execute() const {
        return model;  // there is one way to compute attention, whose results are those of the choice
    }
};

}  // namespace

void register_model_attention_backend(Registry& registry) {
    registry.add<ModelAttentionBackend>("ModelAttentionBackend");
}

}  // namespace easel::nodes
