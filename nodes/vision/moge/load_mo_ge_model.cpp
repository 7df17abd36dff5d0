#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/moge/moge_sockets.hpp"

#include <memory>

namespace easel::nodes {
namespace {

struct LoadMoGeModel {
    std::string model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_moge";
        s.category = "model/loaders";
        s.display_name = "Load MoGe Model";
        s.in("model_name", &LoadMoGeModel::model_name).choices(files_in("geometry_estimation"));
        s.out("MOGE_MODEL");
    }

    std::shared_ptr<const inference::Moge> execute(Context& context) const {
        return std::make_shared<const inference::Moge>(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("geometry_estimation", model_name), "MoGe model", inference::moge_tensors));
    }
};

}  // namespace

void register_load_mo_ge_model(Registry& registry) { registry.add<LoadMoGeModel>("LoadMoGeModel"); }

}  // namespace easel::nodes
