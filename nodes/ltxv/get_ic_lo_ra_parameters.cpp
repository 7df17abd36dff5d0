#include "nodes/ltxv/ic_lora_parameters.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

namespace easel::nodes {
namespace {

// What the text entry about the size of references says, at least 1. (GetICLoRAParameters)
int64_t factor_in(const std::map<std::string, std::string>& metadata) {
    for (const auto& [name, value] : metadata) {
        if (!name.ends_with("reference_downscale_factor")) continue;
        char* end = nullptr;
        const double factor = std::strtod(value.c_str(), &end);
        const bool is_number = end != value.c_str() && std::isfinite(factor);
        return is_number ? std::max<int64_t>(1, std::llrint(factor)) : 1;
    }
    return 1;
}

struct GetICLoRAParameters {
    Model iclora_model;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.display_name = "Get IC-LoRA Parameters";
        s.description = "Extracts IC-LoRA parameters from the safetensors metadata of a LoRA-loaded model and outputs "
                        "them for LTXVAddGuide (eg. reference_downscale_factor).";
        s.search_aliases = {"ic-lora", "ic lora", "iclora", "downscale factor", "reference downscale"};
        s.in("iclora_model", &GetICLoRAParameters::iclora_model)
            .tooltip("Direct output from a LoRA Loader for the specific IC-LoRA from which to extract the metadata.");
        graph::OutputSpec& output = s.out("iclora_parameters");
        output.tooltip = "IC-LoRA parameters extracted from the LoRA metadata (eg. reference_downscale_factor). "
                         "Connect to LTXVAddGuide if the LoRA requires special handling of the guides.";
    }

    IcLoraParameters execute() const { return {.reference_downscale_factor = factor_in(iclora_model.lora_metadata())}; }
};

}  // namespace

void register_get_ic_lo_ra_parameters(Registry& registry) { registry.add<GetICLoRAParameters>("GetICLoRAParameters"); }

}  // namespace easel::nodes

