#include "inference/model_patches/qwen_block_control.hpp"
#include "inference/model_patches/z_image_control.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// Colours alone.
std::optional<Tensor> colours(const std::optional<Image>& image) {
    if (!image) return std::nullopt;
    return image->pixels.slice(-1, 0, 3);
}

// Either kind of ControlNet: both nodes take both.
struct Applied {
    Vae vae;
    std::optional<Image> image, inpaint_image;
    std::optional<Mask> mask;
    double strength;

    Model operator()(const Model& model, const ModelPatch& patch) const {
        const std::optional<Tensor> pixels = colours(image), to_fill = colours(inpaint_image);
        const std::optional<Tensor> kept = mask ? std::optional<Tensor>(1.0 - mask->values) : std::nullopt;
        if (auto control = std::dynamic_pointer_cast<const inference::ZImageControl>(patch)) {
            if (!pixels && !to_fill) throw UserError("the ControlNet needs an image or an inpaint_image");
            return inference::with_z_image_control(
                model, std::move(control),
                {.vae = vae, .pixels = pixels, .to_fill = to_fill, .kept = kept, .strength = strength});
        }
        auto control = as_kind<inference::QwenBlockControl>(patch, "a ControlNet for Qwen-Image or Z-Image");
        if (!pixels) throw UserError("the ControlNet needs an image");
        return inference::with_block_control(model, std::move(control),
                                             {.vae = vae, .pixels = *pixels, .kept = kept, .strength = strength});
    }
};

struct QwenImageDiffsynthControlnet {
    Model model;
    ModelPatch model_patch;
    Vae vae;
    Image image;
    double strength = 1.0;
    std::optional<Mask> mask;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model/patch/qwen";
        s.display_name = "Apply Qwen Image DiffSynth ControlNet";
        s.experimental = true;
        s.in("model", &QwenImageDiffsynthControlnet::model);
        s.in("model_patch", &QwenImageDiffsynthControlnet::model_patch);
        s.in("vae", &QwenImageDiffsynthControlnet::vae);
        s.in("image", &QwenImageDiffsynthControlnet::image);
        s.in("strength", &QwenImageDiffsynthControlnet::strength).range(-10.0, 10.0).step(0.01);
        s.in("mask", &QwenImageDiffsynthControlnet::mask);
    }

    Model execute() const {
        return Applied{.vae = vae, .image = image, .inpaint_image = {}, .mask = mask, .strength = strength}(
            model, model_patch);
    }
};

struct ZImageFunControlnet {
    Model model;
    ModelPatch model_patch;
    Vae vae;
    double strength = 1.0;
    std::optional<Image> image;
    std::optional<Image> inpaint_image;
    std::optional<Mask> mask;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model/patch/z-image";
        s.display_name = "Apply Z-Image Fun ControlNet";
        s.experimental = true;
        s.in("model", &ZImageFunControlnet::model);
        s.in("model_patch", &ZImageFunControlnet::model_patch);
        s.in("vae", &ZImageFunControlnet::vae);
        s.in("strength", &ZImageFunControlnet::strength).range(-10.0, 10.0).step(0.01);
        s.in("image", &ZImageFunControlnet::image);
        s.in("inpaint_image", &ZImageFunControlnet::inpaint_image);
        s.in("mask", &ZImageFunControlnet::mask);
    }

    Model execute() const {
        return Applied{.vae = vae, .image = image, .inpaint_image = inpaint_image, .mask = mask, .strength = strength}(
            model, model_patch);
    }
};

}  // namespace

void register_diffsynth_controlnet(Registry& registry) {
    registry.add<QwenImageDiffsynthControlnet>("QwenImageDiffsynthControlnet");
    registry.add<ZImageFunControlnet>("ZImageFunControlnet");
}

}  // namespace easel::nodes
