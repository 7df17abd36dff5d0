#include "inference/image/resize.hpp"
#include "inference/splat/render.hpp"
#include "nodes/choices.hpp"
#include "nodes/colors.hpp"
#include "nodes/three_d/camera_info.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RenderSplat {
    inference::Splats splat;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::int64_t frames = 1;
    double splat_scale = 1.0;
    double sharpen = 2.0;
    double headlight_shading = 0.0;
    double opacity_threshold = 0.0;
    std::string render_style;
    std::string background = "#000000";
    std::optional<Image> bg_image;
    std::optional<Json> camera_info;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Render Splat";
        s.description = "Render a gaussian splat as an image with an anisotropic EWA rasterizer (oriented elliptical "
                        "splats, antialiased, depth-sorted front-to-back). The camera comes from a camera_info input "
                        "(Load / Preview 3D, or a Create Camera Info node); leave it empty to auto-frame the splat. "
                        "Set frames greater than 1 for a turntable batch of images to feed a Video node.";
        s.search_aliases = {"splat to image", "render splat", "gaussian turntable"};
        s.in("splat", &RenderSplat::splat);
        s.in("width", &RenderSplat::width).range(64, 2048).step(8);
        s.in("height", &RenderSplat::height).range(64, 2048).step(8);
        s.in("frames", &RenderSplat::frames)
            .range(-240, 240)
            .tooltip("-1, 0, 1 = single still image; >1 = turntable, the camera orbits over a full 360 turn (works "
                     "with any camera_info). Negative value orbits the other way.");
        s.in("splat_scale", &RenderSplat::splat_scale)
            .range(0.1, 5.0)
            .step(0.05)
            .advanced()
            .tooltip("Multiplier on each splat's projected footprint (lower = crisper points, higher = softer/fuller "
                     "surface).");
        s.in("sharpen", &RenderSplat::sharpen)
            .range(1.0, 8.0)
            .step(0.5)
            .tooltip("Sharpen overlapping splats: 1.0 = physically-correct blend; higher biases each pixel toward its "
                     "dominant (nearest) splat for crisper texture, without shrinking splats or opening gaps. "
                     "Non-physical above 1.");
        s.in("headlight_shading", &RenderSplat::headlight_shading)
            .range(0.0, 3.0)
            .step(0.05)
            .advanced()
            .tooltip(
                "Diffuse shading from a light at the camera (headlight), using the splat surfel normals: darkens "
                "surfaces that turn away from view to reveal form/curvature. 0 = flat albedo, 1 = strongest shading.");
        s.in("opacity_threshold", &RenderSplat::opacity_threshold)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("Cull gaussians with opacity below this (removes faint floaters).");
        s.in("render_style", &RenderSplat::render_style)
            .choices(one_of({"color", "clay", "depth", "normal"}))
            .tooltip("What the image output shows: color, clay (neutral-albedo shaded), depth (near=bright), normal "
                     "(OpenGL normal map).");
        s.in("background", &RenderSplat::background).type("COLOR").option("socketless", true);
        s.in("bg_image", &RenderSplat::bg_image)
            .tooltip("Optional background plate composited behind the splat (overrides the solid background colour). "
                     "Resized to the render size; a batch is used per frame, a single image for all. color/clay only.");
        s.in("camera_info", &RenderSplat::camera_info)
            .type("LOAD3D_CAMERA")
            .tooltip("Camera to render from - a Load3D / Preview3D camera or a Create Camera Info node. If empty, the "
                     "splat is auto-framed from a default 3/4 view.");
        s.out("image");
        s.out("mask");
    }

    std::tuple<Image, Mask> execute(Context& context) const {
        const auto pictures =
            static_cast<std::int64_t>(std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::abs(frames))));
        const std::int64_t total = pictures * std::ssize(splat);
        const Tensor backgrounds = background_pictures();
        std::vector<Tensor> pixels, coverage;
        for (const inference::Splat& item : splat) {
            const Tensor opaque = item.opacities.reshape({-1}) >= opacity_threshold;
            const inference::Splat shown = opacity_threshold > 0 ? inference::selected(item, opaque) : item;
            const inference::Camera first =
                camera_info ? camera_from(*camera_info) : inference::framing(shown.positions);
            for (std::int64_t i = 0; i < pictures; ++i) {
                const double turned =
                    (frames < 0 ? -360.0 : 360.0) * static_cast<double>(i) / static_cast<double>(pictures);
                const auto done = std::ssize(pixels);
                const auto picture =
                    inference::rendered(shown, pictures == 1 ? first : inference::carried_around(first, turned),
                                        settings(backgrounds[done % backgrounds.size(0)]));
                pixels.push_back(picture.pixels);
                coverage.push_back(picture.coverage);
                if (total > 1) context.progress(static_cast<double>(done + 1), static_cast<double>(total));
            }
        }
        return {Image{at::stack(pixels)}, Mask{at::stack(coverage)}};
    }

private:
    // [count, 3] or [count, height, width, 3]
    Tensor background_pictures() const {
        if (bg_image)
            return inference::resize_image(bg_image->pixels.slice(-1, 0, 3), width, height, "bicubic").clamp(0, 1);
        const auto color = parse_color(background).value_or(std::array<std::int64_t, 3>{});
        return (at::tensor(at::ArrayRef<std::int64_t>(color), at::kDouble) / 255.0).to(at::kFloat).unsqueeze(0);
    }

    inference::SplatRendering settings(const Tensor& behind) const {
        using enum inference::SplatStyle;
        const auto style = render_style == "clay"     ? clay
                           : render_style == "depth"  ? depth
                           : render_style == "normal" ? normal
                                                      : inference::SplatStyle::color;
        return {.width = width,
                .height = height,
                .splat_scale = splat_scale,
                .sharpen = sharpen,
                .headlight = headlight_shading,
                .style = style,
                .background = behind};
    }
};

}  // namespace

void register_render_splat(Registry& registry) { registry.add<RenderSplat>("RenderSplat"); }

}  // namespace easel::nodes
