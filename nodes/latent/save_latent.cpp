#include "base/folders.hpp"
#include "inference/sampling/latent_file.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

#include <map>

namespace easel::nodes {
namespace {

struct SaveLatent : FileOrigin {
    Latent samples;
    std::string filename_prefix = "latents/ComfyUI";

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Save Latent";
        s.output_node = true;
        s.search_aliases = {"export latent"};
        s.in("samples", &SaveLatent::samples);
        s.in("filename_prefix", &SaveLatent::filename_prefix);
        declare_origin(s);
        s.out("samples");
    }

    Returns<Latent> execute(Context& context) const {
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix);
        const std::string name = slot.next_name(0, "_.latent");
        std::map<std::string, std::string> texts;
        for (auto& [key, text] : metadata_texts(context, prompt, extra_pnginfo))
            texts[key] = text;
        inference::save_latent(slot.folder() / name, samples, texts);
        const Json saved = {{"filename", name}, {"subfolder", slot.subfolder()}, {"type", "output"}};
        return {Ui{{{"latents", Json::array({saved})}}}, samples};
    }
};

}  // namespace

void register_save_latent(Registry& registry) { registry.add<SaveLatent>("SaveLatent"); }

}  // namespace easel::nodes
