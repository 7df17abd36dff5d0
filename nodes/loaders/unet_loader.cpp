#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

inference::WeightDtype weight_dtype_of(const std::string& name) {
    if (name.starts_with("fp8_e4m3fn")) return inference::WeightDtype::fp8_e4m3fn;
    if (name == "fp8_e5m2") return inference::WeightDtype::fp8_e5m2;
    return inference::WeightDtype::as_stored;
}

struct UNETLoader {
    std::string unet_name;
    std::string weight_dtype;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load Diffusion Model";
        s.in("unet_name", &UNETLoader::unet_name).choices(files_in("diffusion_models"));
        s.in("weight_dtype", &UNETLoader::weight_dtype)
            .choices(one_of({"default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"}))
            .advanced();
    }

    Model execute(Context& context) const {
        const auto path = context.use<Folders>().require("diffusion_models", unet_name);
        return context.use<inference::Engine>().load_diffusion_model(path, weight_dtype_of(weight_dtype));
    }
};

}  // namespace

void register_unet_loader(Registry& registry) { registry.add<UNETLoader>("UNETLoader"); }

}  // namespace easel::nodes
