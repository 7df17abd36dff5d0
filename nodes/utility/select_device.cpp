// Where networks are computed. Here all of them share one device, so these nodes hand on what they are given, as the
// reference does where the asked-for device is absent. Unknown devices pass, since workflows come from other machines.
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

void declare_multigpu(Schema& s) {
    s.shape = RecordShape::modern;
    s.python_module = "comfy_extras.nodes_multigpu";
    s.category = "advanced/multigpu";
}

// Hands on a model, a text encoder or a VAE, as `Words` tell it to the frontend.
template <class Subject, class Words>
struct SelectDevice {
    Subject subject;
    std::string device;

    static void declare(Schema& s) {
        declare_multigpu(s);
        s.checked_inputs = {"device"};
        s.display_name = Words::display_name;
        s.description = Words::description;
        s.in(Words::input, &SelectDevice::subject);
        s.in("device", &SelectDevice::device).choices(one_of(Words::devices()));
    }
    static std::optional<std::string> validate(const ConstantInputs&) { return std::nullopt; }

    Subject execute() const { return subject; }
};

struct ModelWords {
    static constexpr const char* input = "model";
    static constexpr const char* display_name = "Select Model Device";
    static constexpr const char* description =
        "Place the diffusion model on a specific device (default / cpu / gpu:N).\n\n- \"default\" restores the "
        "device assigned by the loader (even after a\n  prior Select Model Device call).\n- \"cpu\" pins both the "
        "load and offload device to CPU.\n- \"gpu:N\" pins the load device to the Nth available GPU; the offload\n "
        " device is restored to the loader's original choice.\n\nWhen the requested device differs from the device "
        "the input model is\nalready on, a fresh model is spawned via the loader's reload "
        "factory\n(cached_patcher_init) so the new patcher owns independent weights on\nthe new device. Loaders "
        "that don't support multigpu (no factory) will\ncause the node to pass through unchanged with a "
        "warning.\n\nIf the workflow already has MultiGPU CFG Split applied and the chosen\nGPU collides with one "
        "of the existing multigpu clones, that clone is\ndropped so two patchers don't end up bound to the same "
        "device.\n\nWhen the selected device does not exist on the current machine\n(e.g. a workflow built on a "
        "2-GPU box opened on a 1-GPU box),\nthe node passes the model through unchanged and logs a "
        "message\ninstead of failing.\n\nNOTE: Placing Select Model Device *after* a node that has "
        "already\nconsumed the same model (e.g. a KSampler that ran on this model on\nthe original device) is not "
        "recommended -- any state the prior\nconsumer mutated on the original model will be observed when "
        "the\nselected device matches the original (fast path). Place Select Model\nDevice before any consumer of "
        "the model.";
    static std::vector<std::string> devices() { return {"default", "cpu"}; }
};

struct ClipWords {
    static constexpr const char* input = "clip";
    static constexpr const char* display_name = "Select CLIP Device";
    static constexpr const char* description =
        "Place the CLIP text encoder on a specific device (default / cpu / gpu:N).\n\n- \"default\" restores the "
        "device assigned by the loader.\n- \"cpu\" pins both the load and offload device to CPU.\n- \"gpu:N\" pins "
        "the load device to the Nth available GPU.\n\nWhen the selected device does not exist on the current "
        "machine\n(e.g. a workflow built on a 2-GPU box opened on a 1-GPU box),\nthe node passes the CLIP through "
        "unchanged and logs a message\ninstead of failing.";
    static std::vector<std::string> devices() { return {"default", "cpu"}; }
};

struct VaeWords {
    static constexpr const char* input = "vae";
    static constexpr const char* display_name = "Select VAE Device";
    static constexpr const char* description =
        "Place the VAE on a specific device (default / gpu:N).\n\n- \"default\" restores the device assigned by "
        "the loader.\n- \"gpu:N\" pins the load device to the Nth available GPU; the offload\n  device is set to "
        "the standard VAE offload device.\n\nCPU is intentionally not exposed in the UI for the VAE; if a "
        "workflow\nsupplies \"cpu\" anyway (e.g. opened from another machine), the request\nis dropped with a log "
        "message and the VAE is passed through unchanged.\n\nWhen the selected device does not exist on the "
        "current machine\n(e.g. a workflow built on a 2-GPU box opened on a 1-GPU box),\nthe node passes the VAE "
        "through unchanged and logs a message\ninstead of failing.";
    static std::vector<std::string> devices() { return {"default"}; }
};

struct MultiGPU_WorkUnits {
    Model model;
    std::int64_t max_gpus = 2;

    static void declare(Schema& s) {
        declare_multigpu(s);
        s.display_name = "MultiGPU CFG Split";
        s.description = "Prepares model to have sampling accelerated via splitting work units.\n\nShould be placed "
                        "after nodes that modify the model object itself, such as compile or attention-switch "
                        "nodes.\n\nOther than those exceptions, this node can be placed in any order.";
        s.in("model", &MultiGPU_WorkUnits::model);
        s.in("max_gpus", &MultiGPU_WorkUnits::max_gpus).least(1).step(1);
    }

    Model execute() const { return model; }
};

}  // namespace

void register_select_device(Registry& registry) {
    registry.add<MultiGPU_WorkUnits>("MultiGPU_WorkUnits");
    registry.add<SelectDevice<Model, ModelWords>>("SelectModelDevice");
    registry.add<SelectDevice<Clip, ClipWords>>("SelectCLIPDevice");
    registry.add<SelectDevice<Vae, VaeWords>>("SelectVAEDevice");
}

}  // namespace easel::nodes
