#include "inference/control/apply_control.hpp"
#include "inference/image/resize.hpp"
#include "nodes/control_net_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

using inference::AppliedControl;
using Both = std::tuple<Conditioning, Conditioning>;

// What a picture [batch, height, width, channels] is to a control network.
Tensor as_hint(const Image& image) { return image.pixels.movedim(-1, 1); }

Both apply_to_both(const Conditioning& positive, const Conditioning& negative, const AppliedControl& control) {
    if (control.strength == 0) return {positive, negative};
    auto [with, without] = inference::with_control(positive, negative, control);
    return {std::move(with), std::move(without)};
}

struct ControlNetApply {
    Conditioning conditioning;
    inference::ControlNet control_net;
    Image image;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/controlnet";
        s.display_name = "Apply ControlNet (DEPRECATED)";
        s.deprecated = true;
        s.in("conditioning", &ControlNetApply::conditioning);
        s.in("control_net", &ControlNetApply::control_net);
        s.in("image", &ControlNetApply::image);
        s.in("strength", &ControlNetApply::strength).range(0.0, 10.0).step(0.01);
    }

    Conditioning execute() const {
        if (strength == 0) return conditioning;
        return inference::with_control_for_both_sides(
            conditioning, {.net = control_net, .picture = as_hint(image), .strength = strength});
    }
};

struct ControlNetApplyAdvanced {
    Conditioning positive;
    Conditioning negative;
    inference::ControlNet control_net;
    Image image;
    double strength = 1.0;
    double start_percent = 0.0;
    double end_percent = 1.0;
    std::optional<Vae> vae;

    static void declare(Schema& s) {
        s.category = "model/conditioning/controlnet";
        s.display_name = "Apply ControlNet";
        s.search_aliases = {"controlnet", "apply controlnet", "use controlnet", "control net"};
        s.in("positive", &ControlNetApplyAdvanced::positive);
        s.in("negative", &ControlNetApplyAdvanced::negative);
        s.in("control_net", &ControlNetApplyAdvanced::control_net);
        s.in("image", &ControlNetApplyAdvanced::image);
        s.in("strength", &ControlNetApplyAdvanced::strength).range(0.0, 10.0).step(0.01);
        s.in("start_percent", &ControlNetApplyAdvanced::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &ControlNetApplyAdvanced::end_percent).range(0.0, 1.0).step(0.001);
        s.in("vae", &ControlNetApplyAdvanced::vae);
        s.out("positive");
        s.out("negative");
    }

    Both execute() const {
        return apply_to_both(positive, negative,
                             {.net = control_net,
                              .picture = as_hint(image),
                              .strength = strength,
                              .start_percent = start_percent,
                              .end_percent = end_percent,
                              .vae = vae});
    }
};

struct ControlNetApplySd3 {
    Conditioning positive;
    Conditioning negative;
    inference::ControlNet control_net;
    Vae vae;
    Image image;
    double strength = 1.0;
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sd3";
        s.category = "model/conditioning/controlnet";
        s.display_name = "Apply Controlnet with VAE";
        s.deprecated = true;
        s.in("positive", &ControlNetApplySd3::positive);
        s.in("negative", &ControlNetApplySd3::negative);
        s.in("control_net", &ControlNetApplySd3::control_net);
        s.in("vae", &ControlNetApplySd3::vae);
        s.in("image", &ControlNetApplySd3::image);
        s.in("strength", &ControlNetApplySd3::strength).range(0.0, 10.0).step(0.01);
        s.in("start_percent", &ControlNetApplySd3::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &ControlNetApplySd3::end_percent).range(0.0, 1.0).step(0.001);
        s.out("positive");
        s.out("negative");
    }

    Both execute() const {
        return apply_to_both(positive, negative,
                             {.net = control_net,
                              .picture = as_hint(image),
                              .strength = strength,
                              .start_percent = start_percent,
                              .end_percent = end_percent,
                              .vae = vae});
    }
};

struct ControlNetInpaintingAliMamaApply {
    Conditioning positive;
    Conditioning negative;
    inference::ControlNet control_net;
    Vae vae;
    Image image;
    Mask mask;
    double strength = 1.0;
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_controlnet";
        s.category = "model/conditioning/controlnet";
        s.display_name = "Apply ControlNet Inpainting (AliMama)";
        s.search_aliases = {"masked controlnet"};
        s.in("positive", &ControlNetInpaintingAliMamaApply::positive);
        s.in("negative", &ControlNetInpaintingAliMamaApply::negative);
        s.in("control_net", &ControlNetInpaintingAliMamaApply::control_net);
        s.in("vae", &ControlNetInpaintingAliMamaApply::vae);
        s.in("image", &ControlNetInpaintingAliMamaApply::image);
        s.in("mask", &ControlNetInpaintingAliMamaApply::mask);
        s.in("strength", &ControlNetInpaintingAliMamaApply::strength).range(0.0, 10.0).step(0.01);
        s.in("start_percent", &ControlNetInpaintingAliMamaApply::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &ControlNetInpaintingAliMamaApply::end_percent).range(0.0, 1.0).step(0.001).advanced();
        s.out("positive");
        s.out("negative");
    }

    Both execute() const {
        AppliedControl control{.net = control_net,
                               .picture = as_hint(image),
                               .strength = strength,
                               .start_percent = start_percent,
                               .end_percent = end_percent,
                               .vae = vae};
        if (control_net.network().traits().reads_mask) {
            control.mask = 1.0 - mask.values.reshape({-1, 1, mask.values.size(-2), mask.values.size(-1)});
            const Tensor kept = inference::resize(*control.mask, image.pixels.size(2), image.pixels.size(1), "bilinear",
                                                  inference::Crop::center)
                                    .round();
            control.picture = control.picture * kept;
        }
        return apply_to_both(positive, negative, control);
    }
};

}  // namespace

void register_control_net_apply(Registry& registry) {
    registry.add<ControlNetApply>("ControlNetApply");
    registry.add<ControlNetApplyAdvanced>("ControlNetApplyAdvanced");
    registry.add<ControlNetApplySd3>("ControlNetApplySD3");
    registry.add<ControlNetInpaintingAliMamaApply>("ControlNetInpaintingAliMamaApply");
}

}  // namespace easel::nodes
