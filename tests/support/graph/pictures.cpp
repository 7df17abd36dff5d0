#include "tests/support/graph/pictures.hpp"

namespace easel::graph::testing {

namespace {

Choices one_of(std::vector<std::string> options) {
    return [list = Json(std::move(options))](const Services&) { return list; };
}

struct Picture {
    static constexpr std::string_view socket = "IMAGE";
    std::int64_t width = 0;
};

struct Mask {
    static constexpr std::string_view socket = "MASK";
};

struct EmptyImage {
    std::int64_t width = 512, height = 512, batch_size = 1, color = 0;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Empty Image";
        s.in("width", &EmptyImage::width).range(1, 16384).step(1);
        s.in("height", &EmptyImage::height).range(1, 16384).step(1);
        s.in("batch_size", &EmptyImage::batch_size).range(1, 4096);
        s.in("color", &EmptyImage::color).range(0, 0xffffff).step(1).option("display", "color");
    }
    Picture execute() const { return {width}; }
};

struct ImageInvert {
    Picture image;

    static void declare(Schema& s) {
        s.category = "image/color";
        s.display_name = "Invert Image Colors";
        s.search_aliases = {"reverse colors"};
        s.essentials_category = "Image Tools";
        s.in("image", &ImageInvert::image);
    }
    Picture execute() const { return image; }
};

struct ImageScale {
    Picture image;
    std::string upscale_method, crop;
    std::int64_t width = 512, height = 512;

    static void declare(Schema& s) {
        s.category = "image/upscaling";
        s.display_name = "Upscale Image";
        s.search_aliases = {"resize", "resize image", "scale image", "image resize", "zoom", "zoom in", "change size"};
        s.essentials_category = "Image Tools";
        s.in("image", &ImageScale::image);
        s.in("upscale_method", &ImageScale::upscale_method)
            .choices(one_of({"nearest-exact", "bilinear", "area", "bicubic", "lanczos"}));
        s.in("width", &ImageScale::width).range(0, 16384).step(1);
        s.in("height", &ImageScale::height).range(0, 16384).step(1);
        s.in("crop", &ImageScale::crop).choices(one_of({"disabled", "center"}));
    }
    Picture execute() const { return {width}; }
};

struct SolidMask {
    double value = 1;
    std::int64_t width = 512, height = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.category = "image/mask";
        s.display_name = "Create Solid Mask";
        s.python_module = "comfy_extras.nodes_mask";
        s.in("value", &SolidMask::value).range(0.0, 1.0).step(0.01);
        s.in("width", &SolidMask::width).range(1, 16384).step(1);
        s.in("height", &SolidMask::height).range(1, 16384).step(1);
    }
    Mask execute() const { return {}; }
};

struct MaskToImage {
    Mask mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.category = "image/mask";
        s.display_name = "Convert Mask to Image";
        s.python_module = "comfy_extras.nodes_mask";
        s.search_aliases = {"convert mask"};
        s.in("mask", &MaskToImage::mask);
    }
    Picture execute() const { return {}; }
};

struct PreviewImage {
    Picture images;
    Json prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Preview Image";
        s.description = "Preview the images without saving them to the ComfyUI output directory.";
        s.search_aliases = {"preview", "preview image", "show image", "view image", "display image", "image viewer"};
        s.essentials_category = "Basics";
        s.output_node = true;
        s.in("images", &PreviewImage::images);
        s.hidden_in("prompt", "PROMPT", &PreviewImage::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &PreviewImage::extra_pnginfo);
        s.out("images");
    }
    Returns<Picture> execute() const { return {Ui{{{"images", Json::array({images.width})}}}, images}; }
};

struct StringConcatenate {
    std::string string_a, string_b, delimiter;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.category = "text";
        s.display_name = "Concatenate Text";
        s.python_module = "comfy_extras.nodes_string";
        s.search_aliases = {"concatenate",     "text concat",   "join text",   "merge text",
                            "combine strings", "string concat", "append text", "combine text"};
        s.in("string_a", &StringConcatenate::string_a).no_default().multiline();
        s.in("string_b", &StringConcatenate::string_b).no_default().multiline();
        s.in("delimiter", &StringConcatenate::delimiter).option("multiline", false);
    }
    std::string execute() const { return string_a + delimiter + string_b; }
};

struct PrimitiveInt {
    std::int64_t value = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.category = "utilities/primitive";
        s.display_name = "Int";
        s.python_module = "comfy_extras.nodes_primitive";
        s.in("value", &PrimitiveInt::value)
            .no_default()
            .range(-INT64_MAX, INT64_MAX)
            .option("control_after_generate", "fixed");
    }
    std::int64_t execute() const { return value; }
};

struct PreviewAny {
    Value source;

    static void declare(Schema& s) {
        s.category = "utilities";
        s.display_name = "Preview as Text";
        s.description = "Preview any input value as text.";
        s.python_module = "comfy_extras.nodes_preview_any";
        s.search_aliases = {"show output", "inspect", "debug", "print value", "show text"};
        s.output_node = true;
        s.in("source", &PreviewAny::source).spec().shows_options = true;
    }
    Returns<std::string> execute() const { return {Ui{{{"text", Json::array({source.str()})}}}, source.str()}; }
};

}  // namespace

void register_pictures(Registry& registry) {
    registry.add<EmptyImage>("EmptyImage");
    registry.add<ImageInvert>("ImageInvert");
    registry.add<ImageScale>("ImageScale");
    registry.add<SolidMask>("SolidMask");
    registry.add<MaskToImage>("MaskToImage");
    registry.add<PreviewImage>("PreviewImage");
    registry.add<StringConcatenate>("StringConcatenate");
    registry.add<PrimitiveInt>("PrimitiveInt");
    registry.add<PreviewAny>("PreviewAny");
}

}  // namespace easel::graph::testing
