#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/control_net_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ControlNetLoader {
    std::string control_net_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load ControlNet Model";
        s.search_aliases = {"controlnet", "control net", "cn", "load controlnet", "controlnet loader"};
        s.in("control_net_name", &ControlNetLoader::control_net_name).choices(files_in("controlnet"));
    }

    inference::ControlNet execute(Context& context) const {
        return context.use<inference::Engine>().load_control_net(
            context.use<Folders>().require("controlnet", control_net_name));
    }
};

struct DiffControlNetLoader {
    Model model;
    std::string control_net_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load ControlNet Model (diff)";
        s.in("model", &DiffControlNetLoader::model);
        s.in("control_net_name", &DiffControlNetLoader::control_net_name).choices(files_in("controlnet"));
    }

    inference::ControlNet execute(Context& context) const {
        return context.use<inference::Engine>().load_control_net(
            context.use<Folders>().require("controlnet", control_net_name), &model);
    }
};

}  // namespace

void register_control_net_loader(Registry& registry) {
    registry.add<ControlNetLoader>("ControlNetLoader");
    registry.add<DiffControlNetLoader>("DiffControlNetLoader");
}

}  // namespace easel::nodes
