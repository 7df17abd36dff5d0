#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXAVTextEncoderLoader {
    std::string text_encoder;
    std::string ckpt_name;
    std::string device;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt_audio";
        s.category = "model/loaders";
        s.display_name = "Load LTXV Audio Text Encoder";
        s.description = "Recipes:\nltxav: gemma 3 12B or matching gemma 4 model";
        s.in("text_encoder", &LTXAVTextEncoderLoader::text_encoder).choices(files_in("text_encoders"));
        s.in("ckpt_name", &LTXAVTextEncoderLoader::ckpt_name).choices(files_in("checkpoints"));
        s.in("device", &LTXAVTextEncoderLoader::device).choices(one_of({"default", "cpu"})).advanced();
    }

    Clip execute(Context& context) const {
        const auto& folders = context.use<Folders>();
        return context.use<inference::Engine>().load_text_encoder(
            {folders.require("text_encoders", text_encoder), folders.require("checkpoints", ckpt_name)}, "ltxv");
    }
};

}  // namespace

void register_ltxav_text_encoder_loader(Registry& registry) {
    registry.add<LTXAVTextEncoderLoader>("LTXAVTextEncoderLoader");
}

}  // namespace easel::nodes

