#include "base/folders.hpp"
#include "inference/patches/extract_lora.hpp"
#include "inference/weights/safetensors.hpp"
#include "nodes/choices.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The reference puts the network's own name behind the encoder's.
std::string text_module(const std::string& module) {
    const auto dot = module.find('.');
    return "text_encoders." + module.substr(0, dot) + ".transformer." + module.substr(dot + 1);
}

struct LoraSave : FileOrigin {
    std::string filename_prefix = "loras/ComfyUI_extracted_lora";
    std::int64_t rank = 8;
    std::string lora_type;
    bool bias_diff = true;
    std::optional<Model> model_diff;
    std::optional<Clip> text_encoder_diff;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lora_extract";
        s.category = "experimental";
        s.display_name = "Extract and Save Lora";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"export lora"};
        s.in("filename_prefix", &LoraSave::filename_prefix).option("multiline", false);
        s.in("rank", &LoraSave::rank).range(1, 4096).step(1).advanced();
        s.in("lora_type", &LoraSave::lora_type).choices(one_of({"standard", "full_diff"})).advanced();
        s.in("bias_diff", &LoraSave::bias_diff).advanced();
        s.in("model_diff", &LoraSave::model_diff).tooltip("The ModelSubtract output to be converted to a lora.");
        s.in("text_encoder_diff", &LoraSave::text_encoder_diff)
            .tooltip("The CLIPSubtract output to be converted to a lora.");
        declare_origin(s);
    }

    std::tuple<> execute(Context& context) const {
        if (!model_diff && !text_encoder_diff) return {};
        const inference::LoraExtraction settings{
            .rank = rank, .low_rank = lora_type == "standard", .with_biases = bias_diff};
        inference::TensorMap tensors;
        if (model_diff)
            tensors = inference::extract_lora(*model_diff->weights(), model_diff->patches(), settings,
                                              [](const std::string& module) { return "diffusion_model." + module; });
        if (text_encoder_diff)
            tensors.merge(inference::extract_lora(*text_encoder_diff->weights(), text_encoder_diff->patches(), settings,
                                                  text_module));
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix);
        inference::save_safetensors(slot.folder() / slot.next_name(0, "_.safetensors"), tensors);
        return {};
    }
};

}  // namespace

void register_lora_save(Registry& registry) { registry.add<LoraSave>("LoraSave"); }

}  // namespace easel::nodes
