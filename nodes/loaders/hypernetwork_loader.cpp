#include "base/folders.hpp"
#include "inference/patches/hypernetwork.hpp"
#include "inference/sampling/model_options.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct HypernetworkLoader {
    Model model;
    std::string hypernetwork_name;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hypernetwork";
        s.category = "model/loaders";
        s.display_name = "Load Hypernetwork";
        s.in("model", &HypernetworkLoader::model);
        s.in("hypernetwork_name", &HypernetworkLoader::hypernetwork_name).choices(files_in("hypernetworks"));
        s.in("strength", &HypernetworkLoader::strength).range(-10.0, 10.0).step(0.01);
    }

    Model execute(Context& context) const {
        const auto file = inference::open_weights(context.use<Folders>().require("hypernetworks", hypernetwork_name));
        const auto patch = inference::hypernetwork_patch(file, strength);
        return inference::with_changed_options(model, [&](inference::ModelOptions& options) {
            options.patches.self_input.push_back(patch);
            options.patches.cross_input.push_back(patch);
        });
    }
};

}  // namespace

void register_hypernetwork_loader(Registry& registry) { registry.add<HypernetworkLoader>("HypernetworkLoader"); }

}  // namespace easel::nodes
