#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelComputeDtype {
    Model model;
    std::string dtype;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "advanced/debug";
        s.search_aliases = {"model precision", "change dtype"};
        s.in("model", &ModelComputeDtype::model);
        s.in("dtype", &ModelComputeDtype::dtype).choices(one_of({"default", "fp32", "fp16", "bf16"})).advanced();
    }

    Model execute() const {
        if (dtype == "fp32") return model.with_compute_dtype(at::kFloat);
        if (dtype == "fp16") return model.with_compute_dtype(at::kHalf);
        if (dtype == "bf16") return model.with_compute_dtype(at::kBFloat16);
        return model.with_compute_dtype(std::nullopt);
    }
};

}  // namespace

void register_model_compute_dtype(Registry& registry) { registry.add<ModelComputeDtype>("ModelComputeDtype"); }

}  // namespace easel::nodes

