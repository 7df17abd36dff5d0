#include "inference/image/color_restoration.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// [batch, frames, h, w, channels]; a sequence of pictures is one video.
Tensor as_videos(const Tensor& pixels) { return pixels.dim() == 4 ? pixels.unsqueeze(0) : pixels; }

// Videos that came one behind the other, split as the reference is.
Tensor as_batch_of(const Tensor& videos, const Tensor& reference) {
    const std::int64_t batch = reference.size(0);
    const bool is_joined =
        videos.size(0) == 1 && videos.size(1) % batch == 0 && videos.size(1) / batch >= reference.size(1);
    if (!is_joined) return videos;
    return videos.reshape({batch, videos.size(1) / batch, videos.size(2), videos.size(3), videos.size(4)});
}

// [frames, channels, h, w] in -1..1.
Tensor signed_planes(const Tensor& videos) { return (videos.flatten(0, 1) * 2.0 - 1.0).permute({0, 3, 1, 2}); }

struct SeedVR2PostProcessing {
    Image images;
    Image original_resized_images;
    std::string color_correction_method = "lab";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_seedvr";
        s.category = "image/post-processors";
        s.display_name = "Post-Process SeedVR2 Output";
        s.description = "Align the generated image with the original resized image and apply color correction.";
        s.search_aliases = {"seedvr2", "upscale", "color correction", "color match", "postprocess"};
        s.in("images", &SeedVR2PostProcessing::images).tooltip("The generated image to process.");
        s.in("original_resized_images", &SeedVR2PostProcessing::original_resized_images)
            .tooltip("The original resized image before pre-processing, used as reference.");
        s.in("color_correction_method", &SeedVR2PostProcessing::color_correction_method)
            .choices(one_of({"lab", "wavelet", "adain", "none"}))
            .default_value("lab")
            .tooltip("Method to match the generated image colors to the original image. lab: transfer color in CIELAB "
                     "space, preserving detail (most faithful). wavelet: transfer low-frequency color, keeping "
                     "upscaled high-frequency detail. adain: match per-channel mean/std (fastest, global tint). none: "
                     "skip color transfer (geometry alignment only).");
        s.out("images").tooltip = "The aligned, color-corrected image.";
    }

    Image execute() const {
        const bool is_sequence = images.pixels.dim() == 4;
        const Tensor original = as_videos(original_resized_images.pixels), reference = original.slice(-1, 0, 3);
        Tensor restored = as_batch_of(as_videos(images.pixels), reference);
        const auto cut = [&](const Tensor& videos, const Tensor& to) {
            return videos.slice(0, 0, to.size(0))
                .slice(1, 0, to.size(1))
                .slice(2, 0, to.size(2))
                .slice(3, 0, to.size(3));
        };
        restored = cut(restored, reference);
        if (color_correction_method != "none")
            restored = with_colors_of(restored, reference.slice(0, 0, restored.size(0)).slice(1, 0, restored.size(1)));
        if (original.size(-1) == 4) restored = at::cat({restored, cut(original.slice(-1, 3), restored)}, -1);
        restored = restored.slice(2, 0, restored.size(2) / 2 * 2).slice(3, 0, restored.size(3) / 2 * 2);
        return {is_sequence ? restored.flatten(0, 1) : restored};
    }

    Tensor with_colors_of(const Tensor& videos, const Tensor& reference) const {
        using inference::ColorRestoration;
        const ColorRestoration method = color_correction_method == "wavelet" ? ColorRestoration::wavelet
                                        : color_correction_method == "adain" ? ColorRestoration::adain
                                                                             : ColorRestoration::lab;
        const Tensor frames = signed_planes(videos);
        Tensor planes = signed_planes(reference);
        if (planes.size(2) != frames.size(2) || planes.size(3) != frames.size(3))
            planes = at::_upsample_bicubic2d_aa(planes, {frames.size(2), frames.size(3)}, false);
        const Tensor restored = inference::restore_color(frames, planes, method);
        return ((restored + 1.0) / 2.0).clamp(0, 1).permute({0, 2, 3, 1}).reshape(videos.sizes());
    }
};

}  // namespace

void register_seed_vr2_post_processing(Registry& registry) {
    registry.add<SeedVR2PostProcessing>("SeedVR2PostProcessing");
}

}  // namespace easel::nodes
