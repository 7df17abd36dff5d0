#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "inference/models/checkpoint_file.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <map>

namespace easel::nodes {
namespace {

using Texts = std::map<std::string, std::string>;

Texts texts_of(const Context& context, const std::optional<Json>& prompt, const std::optional<Json>& extra_pnginfo) {
    Texts texts;
    for (auto& [key, text] : metadata_texts(context, prompt, extra_pnginfo))
        texts[key] = text;
    return texts;
}

void save(const Context& context, const inference::PendingTensors& tensors, const std::string& prefix,
          const Texts& texts) {
    SaveSlot slot(context.use<Folders>().directory("output"), prefix);
    inference::save_safetensors(slot.folder() / slot.next_name(0, "_.safetensors"), tensors, texts);
}

struct CheckpointSave {
    Model model;
    Clip clip;
    Vae vae;
    std::string filename_prefix = "checkpoints/ComfyUI";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.display_name = "Save Checkpoint";
        s.output_node = true;
        s.search_aliases = {"save model", "export checkpoint", "merge save"};
        s.in("model", &CheckpointSave::model);
        s.in("clip", &CheckpointSave::clip);
        s.in("vae", &CheckpointSave::vae);
        s.in("filename_prefix", &CheckpointSave::filename_prefix);
        s.hidden_in("prompt", "PROMPT", &CheckpointSave::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &CheckpointSave::extra_pnginfo);
    }

    std::tuple<> execute(Context& context) const {
        save(context, context.use<inference::Engine>().checkpoint_tensors(model, &clip, &vae), filename_prefix,
             texts_of(context, prompt, extra_pnginfo));
        return {};
    }
};

struct ImageOnlyCheckpointSave {
    Model model;
    inference::ClipVision clip_vision;
    Vae vae;
    std::string filename_prefix = "checkpoints/ComfyUI";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_video_model";
        s.category = "model/merging";
        s.output_node = true;
        s.search_aliases = {"save model", "export checkpoint", "merge save"};
        s.in("model", &ImageOnlyCheckpointSave::model);
        s.in("clip_vision", &ImageOnlyCheckpointSave::clip_vision);
        s.in("vae", &ImageOnlyCheckpointSave::vae);
        s.in("filename_prefix", &ImageOnlyCheckpointSave::filename_prefix);
        s.hidden_in("prompt", "PROMPT", &ImageOnlyCheckpointSave::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &ImageOnlyCheckpointSave::extra_pnginfo);
    }

    std::tuple<> execute(Context& context) const {
        save(context, context.use<inference::Engine>().checkpoint_tensors(model, nullptr, &vae, &clip_vision),
             filename_prefix, texts_of(context, prompt, extra_pnginfo));
        return {};
    }
};

struct ModelSave {
    Model model;
    std::string filename_prefix = "diffusion_models/ComfyUI";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.output_node = true;
        s.search_aliases = {"export model", "checkpoint save"};
        s.in("model", &ModelSave::model);
        s.in("filename_prefix", &ModelSave::filename_prefix);
        s.hidden_in("prompt", "PROMPT", &ModelSave::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &ModelSave::extra_pnginfo);
    }

    std::tuple<> execute(Context& context) const {
        save(context, context.use<inference::Engine>().checkpoint_tensors(model, nullptr, nullptr), filename_prefix,
             texts_of(context, prompt, extra_pnginfo));
        return {};
    }
};

// One file for each encoder, named after it.
struct ClipSave {
    Clip clip;
    std::string filename_prefix = "clip/ComfyUI";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.output_node = true;
        s.in("clip", &ClipSave::clip);
        s.in("filename_prefix", &ClipSave::filename_prefix);
        s.hidden_in("prompt", "PROMPT", &ClipSave::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &ClipSave::extra_pnginfo);
    }

    std::tuple<> execute(Context& context) const {
        Texts texts = texts_of(context, prompt, extra_pnginfo);
        if (!texts.empty()) texts["format"] = "pt";
        for (const auto& [kind, tensors] : inference::encoder_tensors(clip))
            save(context, tensors, filename_prefix + "_" + kind, texts);
        return {};
    }
};

struct VaeSave {
    Vae vae;
    std::string filename_prefix = "vae/ComfyUI_vae";
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_merging";
        s.category = "model/merging";
        s.output_node = true;
        s.in("vae", &VaeSave::vae);
        s.in("filename_prefix", &VaeSave::filename_prefix);
        s.hidden_in("prompt", "PROMPT", &VaeSave::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &VaeSave::extra_pnginfo);
    }

    std::tuple<> execute(Context& context) const {
        if (!vae.weights()) throw UserError("this VAE was not loaded from a file and cannot be saved");
        save(context, inference::pending_tensors(vae.weights(), nullptr), filename_prefix,
             texts_of(context, prompt, extra_pnginfo));
        return {};
    }
};

}  // namespace

void register_model_saving(Registry& registry) {
    registry.add<CheckpointSave>("CheckpointSave");
    registry.add<ImageOnlyCheckpointSave>("ImageOnlyCheckpointSave");
    registry.add<ModelSave>("ModelSave");
    registry.add<ClipSave>("CLIPSave");
    registry.add<VaeSave>("VAESave");
}

}  // namespace easel::nodes
