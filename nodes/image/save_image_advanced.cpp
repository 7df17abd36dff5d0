#include "base/folders.hpp"
#include "inference/image/color_spaces.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/image_io.hpp"
#include "nodes/picture_files/exr_writer.hpp"
#include "nodes/picture_files/png_writer.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> save_image_advanced_format_branches() {
    InputSpec png_bit_depth = inner_input("bit_depth", "COMBO");
    Field<std::string>(png_bit_depth).choices(one_of({"8-bit", "16-bit"})).default_value("8-bit").advanced();
    InputSpec png_input_color_space = inner_input("input_color_space", "COMBO");
    Field<std::string>(png_input_color_space).choices(one_of({"sRGB"})).default_value("sRGB").advanced();
    InputSpec exr_bit_depth = inner_input("bit_depth", "COMBO");
    Field<std::string>(exr_bit_depth).choices(one_of({"32-bit float"})).default_value("32-bit float").advanced();
    InputSpec exr_input_color_space = inner_input("input_color_space", "COMBO");
    Field<std::string>(exr_input_color_space)
        .choices(one_of({"sRGB", "HDR", "linear"}))
        .default_value("sRGB")
        .advanced()
        .tooltip(
            "Colorspace of the input tensor. The EXR is always written as scene-linear in the matching gamut.\nsRGB — "
            "input is sRGB-encoded Rec.709; the inverse sRGB EOTF is applied.\nHDR — input is HLG-encoded Rec.2020 "
            "(BT.2100); the inverse HLG OETF is applied to get scene-linear light.\nlinear — input is already "
            "scene-linear (Rec.709 primaries); written through unchanged. Use this for renderer/compositor output.");
    return {{"png", {png_bit_depth, png_input_color_space}}, {"exr", {exr_bit_depth, exr_input_color_space}}};
}

struct SaveImageAdvanced : FileOrigin {
    Image images;
    std::string filename_prefix = "ComfyUI";
    Chosen format;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image";
        s.display_name = "Save Image (Advanced)";
        s.description = "Saves the input images to your ComfyUI output directory.";
        s.output_node = true;
        s.essentials_category = "Basics";
        s.search_aliases = {"save", "save image", "export image", "output image", "write image"};
        s.in("images", &SaveImageAdvanced::images).tooltip("The images to save.");
        s.in("filename_prefix", &SaveImageAdvanced::filename_prefix)
            .option("multiline", false)
            .tooltip("The prefix for the file to save. May include formatting tokens such as %date:yyyy-MM-dd% or "
                     "%Empty Latent Image.width%.");
        choice_in(s, "format", "The file format in which to save the image.", save_image_advanced_format_branches(),
                  &SaveImageAdvanced::format);
        declare_origin(s);
        s.out("images");
    }

    Returns<Image> execute(Context& context) const {
        const Tensor& pixels = images.pixels;
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix, pixels.size(2), pixels.size(1));
        const auto texts = metadata_texts(context, prompt, extra_pnginfo);
        Json saved = Json::array();
        for (std::int64_t i = 0; i < pixels.size(0); ++i) {
            const auto bytes = format.key == "exr" ? exr_file(pixels[i], texts) : png_file(pixels[i], texts);
            saved.push_back(slot.save(bytes, i, "." + format.key, "output"));
        }
        return {Ui{{{"images", saved}}}, images};
    }

    using Texts = std::vector<std::pair<std::string, std::string>>;

    // Light is linear in an EXR file: what the input is encoded with is taken off, alpha left as it is.
    std::vector<std::uint8_t> exr_file(const Tensor& picture, const Texts& texts) const {
        constexpr std::array<float, 8> bt_2020 = {0.708f, 0.292f, 0.170f, 0.797f, 0.131f, 0.046f, 0.3127f, 0.3290f};
        const std::string space =
            format.inputs.contains("input_color_space") ? format.text("input_color_space") : "sRGB";
        ExrSettings settings{.texts = texts};
        if (space == "HDR") settings.chromaticities = bt_2020;
        if (space == "linear") return encode_exr(picture, settings);
        const Tensor colors = picture.slice(-1, 0, 3);
        const Tensor light = space == "HDR" ? inference::hlg_to_linear(colors) : inference::srgb_to_linear(colors);
        return encode_exr(picture.size(-1) == 4 ? at::cat({light, picture.slice(-1, 3)}, -1) : light, settings);
    }

    std::vector<std::uint8_t> png_file(const Tensor& picture, const Texts& texts) const {
        PngSettings settings;
        for (const auto& [name, text] : texts)
            settings.before_pixels.push_back(png_text(name, text));
        if (format.text("bit_depth") != "16-bit") return encode_png(to_bytes(picture), settings);
        settings.bits = 16;
        const Tensor words = picture.mul(65535.0).clamp_(0, 65535).to(at::kInt);
        return encode_png(
            at::stack({words.bitwise_right_shift(8), words.bitwise_and(0xff)}, -1).to(at::kByte).flatten(2), settings);
    }
};

}  // namespace

void register_save_image_advanced(Registry& registry) { registry.add<SaveImageAdvanced>("SaveImageAdvanced"); }

}  // namespace easel::nodes
