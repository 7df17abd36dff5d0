#include "inference/image/resize.hpp"
#include "nodes/colors.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/image_io.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// [1, height, width, 3] of one colour.
Tensor plain_canvas(std::int64_t width, std::int64_t height, const std::string& color) {
    const auto channels = parse_color(color).value_or(std::array<std::int64_t, 3>{});
    return (at::tensor(at::ArrayRef<std::int64_t>(channels)).to(at::kFloat) / 255.0)
        .expand({1, height, width, 3})
        .contiguous();
}

// The strokes of the painter's file as [1, height, width, 4], brought to that size.
Tensor painted(const std::filesystem::path& file, std::int64_t width, std::int64_t height) {
    const DecodedPicture picture = decode_image(file);
    const Tensor colors = exact_bytes(picture.pixels.slice(0, 0, 1)).to(at::kFloat) / 255.0;
    const Tensor alpha = picture.alpha ? exact_bytes(picture.alpha->slice(0, 0, 1)).to(at::kFloat) / 255.0
                                       : at::ones(colors.sizes().slice(0, 3));
    const Tensor strokes = at::cat({colors, alpha.unsqueeze(-1)}, -1);
    if (strokes.size(2) == width && strokes.size(1) == height) return strokes;
    return inference::resize_image(strokes, width, height, "lanczos");
}

struct Painter {
    std::string mask;
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::string bg_color = "#000000";
    std::optional<Image> image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_painter";
        s.category = "image";
        s.display_name = "Painter";
        s.has_intermediate_output = true;
        s.in("mask", &Painter::mask)
            .option("widgetType", "PAINTER")
            .option("image_upload", true)
            .option("socketless", true)
            .option("multiline", false);
        s.in("width", &Painter::width).range(64, 4096).step(64).option("hidden", true).option("socketless", true);
        s.in("height", &Painter::height).range(64, 4096).step(64).option("hidden", true).option("socketless", true);
        s.in("bg_color", &Painter::bg_color).type("COLOR").option("socketless", true);
        s.in("image", &Painter::image).tooltip("Optional base image to paint over");
    }

    Returns<Image, Mask> execute(Context& context) const {
        const Tensor base = image ? image->pixels.slice(0, 0, 1) : plain_canvas(width, height, bg_color);
        if (trimmed(mask, true, true).empty())
            return {preview_of(context, base), Image{base}, Mask{at::zeros({1, base.size(1), base.size(2)})}};
        const Tensor strokes =
            painted(require_annotated_file(context.use<Folders>(), mask), base.size(2), base.size(1));
        const Tensor alpha = strokes.slice(-1, 3);
        const Tensor composed = strokes.slice(-1, 0, 3) * alpha + base * (1.0 - alpha);
        return {preview_of(context, composed), Image{composed}, Mask{alpha.squeeze(-1)}};
    }

    static Json fingerprint(const ConstantInputs& inputs) {
        const std::string name =
            inputs["mask"].is_string() ? trimmed(inputs["mask"].get<std::string>(), true, true) : "";
        const auto file = name.empty() ? std::nullopt : annotated_file(inputs.services.use<Folders>(), name);
        return file ? file_digest(*file) : "";
    }
};

}  // namespace

void register_painter(Registry& registry) { registry.add<Painter>("Painter"); }

}  // namespace easel::nodes
