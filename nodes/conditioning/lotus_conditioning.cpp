#include "inference/models/sd/lotus_prompt.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LotusConditioning {
    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lotus";
        s.category = "model/conditioning/lotus";
        s.out("conditioning");
    }

    Conditioning execute() const { return {inference::Condition{.cross = inference::sd::lotus_prompt()}}; }
};

}  // namespace

void register_lotus_conditioning(Registry& registry) { registry.add<LotusConditioning>("LotusConditioning"); }

}  // namespace easel::nodes

