#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/video/void/optical_flow_socket.hpp"

namespace easel::nodes {
namespace {

struct OpticalFlowLoader {
    std::string model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_void";
        s.category = "model/loaders";
        s.display_name = "Load Optical Flow Model";
        s.in("model_name", &OpticalFlowLoader::model_name)
            .choices(files_in("optical_flow"))
            .tooltip("Optical flow model to load.  Files must be placed in the 'optical_flow' folder.  Today only "
                     "torchvision's raft_large.pth is supported.");
        s.out("OPTICAL_FLOW");
    }

    std::shared_ptr<const inference::Raft> execute(Context& context) const {
        return std::make_shared<const inference::Raft>(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("optical_flow", model_name), "optical flow model (torchvision's RAFT large)",
            inference::Raft::tensors));
    }
};

}  // namespace

void register_optical_flow_loader(Registry& registry) { registry.add<OpticalFlowLoader>("OpticalFlowLoader"); }

}  // namespace easel::nodes
