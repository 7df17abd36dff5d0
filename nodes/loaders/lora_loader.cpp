#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LoraLoader {
    Model model;
    Clip clip;
    std::string lora_name;
    double strength_model = 1.0;
    double strength_clip = 1.0;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load LoRA (Model and CLIP)";
        s.description = "This LoRA loader is used to modify both diffusion and CLIP models, altering the way in which "
                        "latents are denoised such as applying styles. Multiple LoRA nodes can be linked together.";
        s.search_aliases = {"lora", "load lora", "apply lora", "lora loader", "lora model"};
        s.essentials_category = "Image Generation";
        s.in("model", &LoraLoader::model).tooltip("The diffusion model the LoRA will be applied to.");
        s.in("clip", &LoraLoader::clip).tooltip("The CLIP model the LoRA will be applied to.");
        s.in("lora_name", &LoraLoader::lora_name).choices(files_in("loras")).tooltip("The name of the LoRA.");
        s.in("strength_model", &LoraLoader::strength_model)
            .range(-100.0, 100.0)
            .step(0.01)
            .tooltip("How strongly to modify the diffusion model. This value can be negative.");
        s.in("strength_clip", &LoraLoader::strength_clip)
            .range(-100.0, 100.0)
            .step(0.01)
            .tooltip("How strongly to modify the CLIP model. This value can be negative.");
        s.out("MODEL").tooltip = "The modified diffusion model.";
        s.out("CLIP").tooltip = "The modified CLIP model.";
    }

    std::tuple<Model, Clip> execute(Context& context) const {
        if (strength_model == 0 && strength_clip == 0) return {model, clip};
        const auto lora =
            context.use<inference::Engine>().load_lora(context.use<Folders>().require("loras", lora_name));
        lora->warn_of_unused(model.network().lora_keys(), clip.lora_keys());
        return {model.with_lora(*lora, strength_model), clip.with_lora(*lora, strength_clip)};
    }
};

struct LoraLoaderModelOnly {
    Model model;
    std::string lora_name;
    double strength_model = 1.0;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load LoRA";
        s.description = "This LoRAs loader is used to modify the diffusion model, altering the way in which latents "
                        "are denoised such as applying styles. Multiple LoRA nodes can be linked together.";
        s.search_aliases = {"lora", "load lora", "apply lora", "lora loader", "lora model"};
        s.essentials_category = "Image Generation";
        s.in("model", &LoraLoaderModelOnly::model);
        s.in("lora_name", &LoraLoaderModelOnly::lora_name).choices(files_in("loras"));
        s.in("strength_model", &LoraLoaderModelOnly::strength_model).range(-100.0, 100.0).step(0.01);
        s.out("MODEL").tooltip = "The modified diffusion model.";
    }

    Model execute(Context& context) const {
        if (strength_model == 0) return model;
        const auto lora =
            context.use<inference::Engine>().load_lora(context.use<Folders>().require("loras", lora_name));
        lora->warn_of_unused(model.network().lora_keys(), {});
        return model.with_lora(*lora, strength_model);
    }
};

// Results are those of LoraLoader: the reference's way of computing them beside the weights, which these nodes are for,
// saves memory there while weights are quantised; here such weights are decoded and changed layer by layer anyway.
struct LoraLoaderBypass {
    Model model;
    Clip clip;
    std::string lora_name;
    double strength_model = 1.0;
    double strength_clip = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_lora_debug";
        s.category = "model/loaders";
        s.display_name = "Load LoRA (Bypass) (For debugging)";
        s.description = "Apply LoRA in bypass mode. Unlike regular LoRA, this doesn't modify model weights - instead "
                        "it injects the LoRA computation during forward pass. Useful for training scenarios.";
        s.experimental = true;
        s.in("model", &LoraLoaderBypass::model).tooltip("The diffusion model the LoRA will be applied to.");
        s.in("clip", &LoraLoaderBypass::clip).tooltip("The CLIP model the LoRA will be applied to.");
        s.in("lora_name", &LoraLoaderBypass::lora_name).choices(files_in("loras")).tooltip("The name of the LoRA.");
        s.in("strength_model", &LoraLoaderBypass::strength_model)
            .range(-100.0, 100.0)
            .step(0.01)
            .tooltip("How strongly to modify the diffusion model. This value can be negative.");
        s.in("strength_clip", &LoraLoaderBypass::strength_clip)
            .range(-100.0, 100.0)
            .step(0.01)
            .tooltip("How strongly to modify the CLIP model. This value can be negative.");
        s.out("MODEL").tooltip = "The modified diffusion model.";
        s.out("CLIP").tooltip = "The modified CLIP model.";
    }

    std::tuple<Model, Clip> execute(Context& context) const {
        return LoraLoader{model, clip, lora_name, strength_model, strength_clip}.execute(context);
    }
};

struct LoraLoaderBypassModelOnly {
    Model model;
    std::string lora_name;
    double strength_model = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_lora_debug";
        s.category = "model/loaders";
        s.display_name = "Load LoRA (Bypass, Model Only) (for debugging)";
        s.description = "Apply LoRA in bypass mode. Unlike regular LoRA, this doesn't modify model weights - instead "
                        "it injects the LoRA computation during forward pass. Useful for training scenarios.";
        s.experimental = true;
        s.in("model", &LoraLoaderBypassModelOnly::model);
        s.in("lora_name", &LoraLoaderBypassModelOnly::lora_name).choices(files_in("loras"));
        s.in("strength_model", &LoraLoaderBypassModelOnly::strength_model).range(-100.0, 100.0).step(0.01);
        s.out("MODEL").tooltip = "The modified diffusion model.";
    }

    Model execute(Context& context) const {
        return LoraLoaderModelOnly{model, lora_name, strength_model}.execute(context);
    }
};

}  // namespace

void register_lora_loader(Registry& registry) {
    registry.add<LoraLoaderBypass>("LoraLoaderBypass");
    registry.add<LoraLoaderBypassModelOnly>("LoraLoaderBypassModelOnly");
    registry.add<LoraLoader>("LoraLoader");
    registry.add<LoraLoaderModelOnly>("LoraLoaderModelOnly");
}

}  // namespace easel::nodes
