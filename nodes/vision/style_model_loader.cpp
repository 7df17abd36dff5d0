#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct StyleModelLoader {
    std::string style_model_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load Style Model";
        s.in("style_model_name", &StyleModelLoader::style_model_name).choices(files_in("style_models"));
    }

    inference::StyleModel execute(Context& context) const {
        return context.use<inference::Engine>().load_style_model(
            context.use<Folders>().require("style_models", style_model_name));
    }
};

}  // namespace

void register_style_model_loader(Registry& registry) { registry.add<StyleModelLoader>("StyleModelLoader"); }

}  // namespace easel::nodes
