#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Mahiro {
    Model model;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mahiro";
        s.category = "experimental";
        s.display_name = "Positive-Biased Guidance";
        s.description = "Modify the guidance to scale more on the 'direction' of the positive prompt rather than the "
                        "difference between the negative prompt.";
        s.experimental = true;
        s.search_aliases = {"mahiro", "mahiro cfg", "similarity-adaptive guidance", "positive-biased cfg"};
        s.in("model", &Mahiro::model);
        s.out("patched_model");
    }

    Model execute() const { return inference::mahiro(model); }
};

}  // namespace

void register_mahiro(Registry& registry) { registry.add<Mahiro>("Mahiro"); }

}  // namespace easel::nodes
