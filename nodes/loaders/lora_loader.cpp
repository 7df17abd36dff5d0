#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

std::shared_ptr<const inference::Lora> load(Context& context, const std::string& name) {
    return context.use<inference::Engine>().load_lora(context.use<Folders>().require("loras", name));
}

// What nodes for a model and its text encoder have in common.
struct LoraForBoth {
    Model model;
    Clip clip;
    std::string lora_name;
    double strength_model = 1.0;
    double strength_clip = 1.0;

    static void declare_lora(Schema& s) {
        s.category = "model/loaders";
        s.in("model", &LoraForBoth::model).tooltip("The diffusion model the LoRA will be applied to.");
        s.in("clip", &LoraForBoth::clip).tooltip("The CLIP model the LoRA will be applied to.");
        s.in("lora_name", &LoraForBoth::lora_name).choices(files_in("loras")).tooltip("The name of the LoRA.");
        s.in("strength_model", &LoraForBoth::strength_model)
            .range(-100.0, 100.0)
            .step(0.01)
            .tooltip("How strongly to modify the diffusion model. This value can be negative.");
        s.in("strength_clip", &LoraForBoth::strength_clip)
            .range(-100.0, 100.0)
            .step(0.01)
            .tooltip("How strongly to modify the CLIP model. This value can be negative.");
        s.out("MODEL").tooltip = "The modified diffusion model.";
        s.out("CLIP").tooltip = "The modified CLIP model.";
    }

    std::tuple<Model, Clip> execute(Context& context) const {
        if (strength_model == 0 && strength_clip == 0) return {model, clip};
        const auto lora = load(context, lora_name);
        lora->warn_of_unused(model.network().lora_keys(), clip.lora_keys());
        return {model.with_lora(*lora, strength_model), clip.with_lora(*lora, strength_clip)};
    }
};

// What nodes for a model alone have in common. Their record keeps the tooltips of the nodes for both, as in the
// reference.
struct LoraForModel {
    Model model;
    std::string lora_name;
    double strength_model = 1.0;

    static void declare_lora(Schema& s) {
        s.category = "model/loaders";
        s.in("model", &LoraForModel::model);
        s.in("lora_name", &LoraForModel::lora_name).choices(files_in("loras"));
        s.in("strength_model", &LoraForModel::strength_model).range(-100.0, 100.0).step(0.01);
        s.extra["output_tooltips"] = {"The modified diffusion model.", "The modified CLIP model."};
    }

    Model execute(Context& context) const {
        if (strength_model == 0) return model;
        const auto lora = load(context, lora_name);
        lora->warn_of_unused(model.network().lora_keys(), {});
        return model.with_lora(*lora, strength_model);
    }
};

void declare_names(Schema& s) {
    s.search_aliases = {"lora", "load lora", "apply lora", "lora loader", "lora model"};
    s.essentials_category = "Image Generation";
}

// The reference's way of computing LoRAs beside the weights, which these nodes are for, saves memory there while
// weights are quantised; here such weights are decoded and changed layer by layer anyway.
void declare_bypass(Schema& s) {
    s.python_module = "comfy_extras.nodes_lora_debug";
    s.description = "Apply LoRA in bypass mode. Unlike regular LoRA, this doesn't modify model weights - instead "
                    "it injects the LoRA computation during forward pass. Useful for training scenarios.";
    s.experimental = true;
}

struct LoraLoader : LoraForBoth {
    static void declare(Schema& s) {
        s.display_name = "Load LoRA (Model and CLIP)";
        s.description = "This LoRA loader is used to modify both diffusion and CLIP models, altering the way in which "
                        "latents are denoised such as applying styles. Multiple LoRA nodes can be linked together.";
        declare_names(s);
        declare_lora(s);
    }
};

struct LoraLoaderModelOnly : LoraForModel {
    static void declare(Schema& s) {
        s.display_name = "Load LoRA";
        s.description = "This LoRAs loader is used to modify the diffusion model, altering the way in which latents "
                        "are denoised such as applying styles. Multiple LoRA nodes can be linked together.";
        declare_names(s);
        declare_lora(s);
    }
};

struct LoraLoaderBypass : LoraForBoth {
    static void declare(Schema& s) {
        s.display_name = "Load LoRA (Bypass) (For debugging)";
        declare_bypass(s);
        declare_lora(s);
    }
};

struct LoraLoaderBypassModelOnly : LoraForModel {
    static void declare(Schema& s) {
        s.display_name = "Load LoRA (Bypass, Model Only) (for debugging)";
        declare_bypass(s);
        declare_lora(s);
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
