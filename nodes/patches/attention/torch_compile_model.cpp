#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TorchCompileModel {
    Model model;
    std::string backend;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_torch_compile";
        s.category = "experimental";
        s.experimental = true;
        s.in("model", &TorchCompileModel::model);
        s.in("backend", &TorchCompileModel::backend).choices(one_of({"inductor", "cudagraphs"})).advanced();
    }

    Model execute() const {
        return model;  // every model here is compiled already
    }
};

}  // namespace

void register_torch_compile_model(Registry& registry) { registry.add<TorchCompileModel>("TorchCompileModel"); }

}  // namespace easel::nodes
