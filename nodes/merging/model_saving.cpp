#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "inference/models/checkpoint_file.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {
namespace {

using Texts = std::map<std::string, std::string>;

Texts texts_of(const Context& context, const std::optional<Json>& prompt, const std::optional<Json>& extra_pnginfo) {
    Texts texts;
    for (auto& [key, text] : metadata_texts(context, prompt, extra_pnginfo))
        texts[key] = text;
    return texts;
}

void save_tensors(const Context& context, const inference::PendingTensors& tensors, const std::string& prefix,
                  const Texts& texts) {
    SaveSlot slot(context.use<Folders>().directory("output"), prefix);
    inference::save_safetensors(slot.folder() / slot.next_name(0, "_.safetensors"), tensors, texts);
}

// What all of these nodes have in common: where the file goes, and what it tells of its making.
struct Saver : FileOrigin {
    std::string filename_prefix;

    static void declare_saver(Schema& s, const char* python_module, std::vector<std::string> search_aliases) {
        s.python_module = python_module;
        s.category = "model/merging";
        s.output_node = true;
        s.search_aliases = std::move(search_aliases);
    }

    // After what is saved, with the prefix that the node begins with.
    static void declare_file(Schema& s, const char* prefix) {
        s.in("filename_prefix", &Saver::filename_prefix).default_value(prefix);
        declare_origin(s);
    }

    void save(const Context& context, const inference::PendingTensors& tensors) const {
        save_tensors(context, tensors, filename_prefix, texts(context));
    }

    Texts texts(const Context& context) const { return texts_of(context, prompt, extra_pnginfo); }
};

struct CheckpointSave : Saver {
    Model model;
    Clip clip;
    Vae vae;

    static void declare(Schema& s) {
        declare_saver(s, "comfy_extras.nodes_model_merging", {"save model", "export checkpoint", "merge save"});
        s.display_name = "Save Checkpoint";
        s.in("model", &CheckpointSave::model);
        s.in("clip", &CheckpointSave::clip);
        s.in("vae", &CheckpointSave::vae);
        declare_file(s, "checkpoints/ComfyUI");
    }

    std::tuple<> execute(Context& context) const {
        save(context, context.use<inference::Engine>().checkpoint_tensors(model, &clip, &vae));
        return {};
    }
};

struct ImageOnlyCheckpointSave : Saver {
    Model model;
    inference::ClipVision clip_vision;
    Vae vae;

    static void declare(Schema& s) {
        declare_saver(s, "comfy_extras.nodes_video_model", {"save model", "export checkpoint", "merge save"});
        s.in("model", &ImageOnlyCheckpointSave::model);
        s.in("clip_vision", &ImageOnlyCheckpointSave::clip_vision);
        s.in("vae", &ImageOnlyCheckpointSave::vae);
        declare_file(s, "checkpoints/ComfyUI");
    }

    std::tuple<> execute(Context& context) const {
        save(context, context.use<inference::Engine>().checkpoint_tensors(model, nullptr, &vae, &clip_vision));
        return {};
    }
};

struct ModelSave : Saver {
    Model model;

    static void declare(Schema& s) {
        declare_saver(s, "comfy_extras.nodes_model_merging", {"export model", "checkpoint save"});
        s.in("model", &ModelSave::model);
        declare_file(s, "diffusion_models/ComfyUI");
    }

    std::tuple<> execute(Context& context) const {
        save(context, context.use<inference::Engine>().checkpoint_tensors(model, nullptr, nullptr));
        return {};
    }
};

// One file for each encoder, named after it.
struct ClipSave : Saver {
    Clip clip;

    static void declare(Schema& s) {
        declare_saver(s, "comfy_extras.nodes_model_merging", {});
        s.in("clip", &ClipSave::clip);
        declare_file(s, "clip/ComfyUI");
    }

    std::tuple<> execute(Context& context) const {
        Texts about = texts(context);
        if (!about.empty()) about["format"] = "pt";
        for (const auto& [kind, tensors] : inference::encoder_tensors(clip))
            save_tensors(context, tensors, filename_prefix + "_" + kind, about);
        return {};
    }
};

struct VaeSave : Saver {
    Vae vae;

    static void declare(Schema& s) {
        declare_saver(s, "comfy_extras.nodes_model_merging", {});
        s.in("vae", &VaeSave::vae);
        declare_file(s, "vae/ComfyUI_vae");
    }

    std::tuple<> execute(Context& context) const {
        if (!vae.weights()) throw UserError("this VAE was not loaded from a file and cannot be saved");
        save(context, inference::pending_tensors(vae.weights(), nullptr));
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
