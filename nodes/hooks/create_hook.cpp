#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/hooks/hook_node.hpp"

namespace easel::nodes {
namespace {

// What a hook is added to.
inference::HookGroup earlier(const std::optional<Hooks>& hooks) { return hooks ? **hooks : inference::HookGroup(); }

Hooks with_change(const std::optional<Hooks>& hooks, inference::WeightChange change) {
    const inference::HookGroup one({{.change = std::make_shared<const inference::WeightChange>(std::move(change))}});
    return std::make_shared<const inference::HookGroup>(earlier(hooks).with(one));
}

enum class Changed { model, model_and_clip };

// A file that changes weights, how strongly it does, and the hooks before it.
struct WeightHook {
    std::string file;
    double strength_model = 1.0;
    double strength_clip = 0.0;
    std::optional<Hooks> prev_hooks;

    static void declare_hook(Schema& s, const char* display_name, Changed changed) {
        declare_hook_node(s, "/create", display_name);
        s.in("strength_model", &WeightHook::strength_model).range(-20.0, 20.0).step(0.01);
        if (changed == Changed::model_and_clip)
            s.in("strength_clip", &WeightHook::strength_clip).default_value(1.0).range(-20.0, 20.0).step(0.01);
        s.in("prev_hooks", &WeightHook::prev_hooks);
    }

    inference::WeightChange strengths() const {
        return {.strength_model = strength_model, .strength_clip = strength_clip};
    }
};

struct LoraHook : WeightHook {
    static void declare_lora(Schema& s, const char* display_name, Changed changed) {
        s.in("lora_name", &LoraHook::file).choices(files_in("loras"));
        declare_hook(s, display_name, changed);
    }

    Hooks execute(Context& context) const {
        if (strength_model == 0 && strength_clip == 0)
            return std::make_shared<const inference::HookGroup>(earlier(prev_hooks));
        inference::WeightChange change = strengths();
        change.lora = context.use<inference::Engine>().load_lora(context.use<Folders>().require("loras", file));
        return with_change(prev_hooks, std::move(change));
    }
};

struct CheckpointHook : WeightHook {
    static void declare_checkpoint(Schema& s, const char* display_name, Changed changed) {
        s.in("ckpt_name", &CheckpointHook::file).choices(files_in("checkpoints"));
        declare_hook(s, display_name, changed);
    }

    Hooks execute(Context& context) const {
        const auto other =
            context.use<inference::Engine>().load_checkpoint(context.use<Folders>().require("checkpoints", file));
        inference::WeightChange change = strengths();
        if (other.model) change.model_weights = other.model->weights();
        if (other.clip) change.clip_weights = other.clip->weights();
        return with_change(prev_hooks, std::move(change));
    }
};

struct CreateHookLora : LoraHook {
    static void declare(Schema& s) { declare_lora(s, "Create Hook LoRA", Changed::model_and_clip); }
};

struct CreateHookLoraModelOnly : LoraHook {
    static void declare(Schema& s) { declare_lora(s, "Create Hook LoRA (MO)", Changed::model); }
};

struct CreateHookModelAsLora : CheckpointHook {
    static void declare(Schema& s) { declare_checkpoint(s, "Create Hook Model as LoRA", Changed::model_and_clip); }
};

struct CreateHookModelAsLoraModelOnly : CheckpointHook {
    static void declare(Schema& s) { declare_checkpoint(s, "Create Hook Model as LoRA (MO)", Changed::model); }
};

}  // namespace

void register_create_hook(Registry& registry) {
    registry.add<CreateHookLora>("CreateHookLora");
    registry.add<CreateHookLoraModelOnly>("CreateHookLoraModelOnly");
    registry.add<CreateHookModelAsLora>("CreateHookModelAsLora");
    registry.add<CreateHookModelAsLoraModelOnly>("CreateHookModelAsLoraModelOnly");
}

}  // namespace easel::nodes
