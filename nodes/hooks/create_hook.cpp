#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/hooks/hook_sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// What a hook is added to.
inference::HookGroup earlier(const std::optional<Hooks>& hooks) { return hooks ? **hooks : inference::HookGroup(); }

Hooks with_change(const std::optional<Hooks>& hooks, inference::WeightChange change) {
    const inference::HookGroup one({{.change = std::make_shared<const inference::WeightChange>(std::move(change))}});
    return std::make_shared<const inference::HookGroup>(earlier(hooks).with(one));
}

Hooks lora_hook(Context& context, const std::string& name, double strength_model, double strength_clip,
                const std::optional<Hooks>& hooks) {
    if (strength_model == 0 && strength_clip == 0) return std::make_shared<const inference::HookGroup>(earlier(hooks));
    inference::WeightChange change{.strength_model = strength_model, .strength_clip = strength_clip};
    change.lora = context.use<inference::Engine>().load_lora(context.use<Folders>().require("loras", name));
    return with_change(hooks, std::move(change));
}

Hooks checkpoint_hook(Context& context, const std::string& name, double strength_model, double strength_clip,
                      const std::optional<Hooks>& hooks) {
    const auto other =
        context.use<inference::Engine>().load_checkpoint(context.use<Folders>().require("checkpoints", name));
    inference::WeightChange change{.strength_model = strength_model, .strength_clip = strength_clip};
    if (other.model) change.model_weights = other.model->weights();
    if (other.clip) change.clip_weights = other.clip->weights();
    return with_change(hooks, std::move(change));
}

struct CreateHookLora {
    std::string lora_name;
    double strength_model = 1.0;
    double strength_clip = 1.0;
    std::optional<Hooks> prev_hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/create";
        s.display_name = "Create Hook LoRA";
        s.experimental = true;
        s.in("lora_name", &CreateHookLora::lora_name).choices(files_in("loras"));
        s.in("strength_model", &CreateHookLora::strength_model).range(-20.0, 20.0).step(0.01);
        s.in("strength_clip", &CreateHookLora::strength_clip).range(-20.0, 20.0).step(0.01);
        s.in("prev_hooks", &CreateHookLora::prev_hooks);
    }

    Hooks execute(Context& context) const {
        return lora_hook(context, lora_name, strength_model, strength_clip, prev_hooks);
    }
};

struct CreateHookLoraModelOnly {
    std::string lora_name;
    double strength_model = 1.0;
    std::optional<Hooks> prev_hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/create";
        s.display_name = "Create Hook LoRA (MO)";
        s.experimental = true;
        s.in("lora_name", &CreateHookLoraModelOnly::lora_name).choices(files_in("loras"));
        s.in("strength_model", &CreateHookLoraModelOnly::strength_model).range(-20.0, 20.0).step(0.01);
        s.in("prev_hooks", &CreateHookLoraModelOnly::prev_hooks);
    }

    Hooks execute(Context& context) const { return lora_hook(context, lora_name, strength_model, 0.0, prev_hooks); }
};

struct CreateHookModelAsLora {
    std::string ckpt_name;
    double strength_model = 1.0;
    double strength_clip = 1.0;
    std::optional<Hooks> prev_hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/create";
        s.display_name = "Create Hook Model as LoRA";
        s.experimental = true;
        s.in("ckpt_name", &CreateHookModelAsLora::ckpt_name).choices(files_in("checkpoints"));
        s.in("strength_model", &CreateHookModelAsLora::strength_model).range(-20.0, 20.0).step(0.01);
        s.in("strength_clip", &CreateHookModelAsLora::strength_clip).range(-20.0, 20.0).step(0.01);
        s.in("prev_hooks", &CreateHookModelAsLora::prev_hooks);
    }

    Hooks execute(Context& context) const {
        return checkpoint_hook(context, ckpt_name, strength_model, strength_clip, prev_hooks);
    }
};

struct CreateHookModelAsLoraModelOnly {
    std::string ckpt_name;
    double strength_model = 1.0;
    std::optional<Hooks> prev_hooks;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_hooks";
        s.category = "advanced/hooks/create";
        s.display_name = "Create Hook Model as LoRA (MO)";
        s.experimental = true;
        s.in("ckpt_name", &CreateHookModelAsLoraModelOnly::ckpt_name).choices(files_in("checkpoints"));
        s.in("strength_model", &CreateHookModelAsLoraModelOnly::strength_model).range(-20.0, 20.0).step(0.01);
        s.in("prev_hooks", &CreateHookModelAsLoraModelOnly::prev_hooks);
    }

    Hooks execute(Context& context) const {
        return checkpoint_hook(context, ckpt_name, strength_model, 0.0, prev_hooks);
    }
};

}  // namespace

void register_create_hook(Registry& registry) {
    registry.add<CreateHookLora>("CreateHookLora");
    registry.add<CreateHookLoraModelOnly>("CreateHookLoraModelOnly");
    registry.add<CreateHookModelAsLora>("CreateHookModelAsLora");
    registry.add<CreateHookModelAsLoraModelOnly>("CreateHookModelAsLoraModelOnly");
}

}  // namespace easel::nodes
