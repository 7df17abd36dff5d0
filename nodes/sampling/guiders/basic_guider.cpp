#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct BasicGuider {
    Model model;
    Conditioning conditioning;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/guiders";
        s.display_name = "Basic Guider";
        s.in("model", &BasicGuider::model);
        s.in("conditioning", &BasicGuider::conditioning);
    }

    Guider execute() const { return inference::basic_guider(model, conditioning); }
};

}  // namespace

void register_basic_guider(Registry& registry) { registry.add<BasicGuider>("BasicGuider"); }

}  // namespace easel::nodes
