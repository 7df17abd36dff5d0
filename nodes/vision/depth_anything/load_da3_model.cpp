#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/depth_anything/depth_sockets.hpp"

#include <memory>
#include <optional>

namespace easel::nodes {
namespace {

struct LoadDA3Model {
    std::string model_name;
    std::string weight_dtype = "default";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_depth_anything_3";
        s.category = "model/loaders";
        s.display_name = "Load Depth Anything 3";
        s.in("model_name", &LoadDA3Model::model_name).choices(files_in("geometry_estimation"));
        s.in("weight_dtype", &LoadDA3Model::weight_dtype)
            .choices(one_of({"default", "fp16", "bf16", "fp32"}))
            .default_value("default");
        s.out("DA3_MODEL");
    }

    std::shared_ptr<const inference::DepthAnything> execute(Context& context) const {
        std::optional<at::ScalarType> round_to;
        if (weight_dtype == "fp16") round_to = at::kHalf;
        if (weight_dtype == "bf16") round_to = at::kBFloat16;
        return std::make_shared<const inference::DepthAnything>(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("geometry_estimation", model_name), "Depth Anything 3 model",
            inference::depth_anything_tensors, round_to));
    }
};

}  // namespace

void register_load_da3_model(Registry& registry) { registry.add<LoadDA3Model>("LoadDA3Model"); }

}  // namespace easel::nodes
