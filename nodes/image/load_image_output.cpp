#include "nodes/image/loaded_image.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LoadImageOutput {
    std::string image;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Load Image (from Outputs)";
        s.description =
            "Load an image from the output folder. When the refresh button is clicked, the node will update "
            "the image list and automatically select the first image, allowing for easy iteration.";
        s.experimental = true;
        s.essentials_category = "Basics";
        s.search_aliases = {"output image", "previous generation"};
        s.checked_inputs = {"image"};
        s.in("image", &LoadImageOutput::image)
            .no_default()
            .type("COMBO")
            .option("image_upload", true)
            .option("image_folder", "output")
            .option(
                "remote",
                {{"route", "/internal/files/output"}, {"refresh_button", true}, {"control_after_refresh", "first"}});
    }

    std::tuple<Image, Mask> execute(Context& context) const {
        LoadedImage loaded = load_image(context.use<Folders>(), image);
        return {std::move(loaded.image), std::move(loaded.mask)};
    }

    static Json fingerprint(const ConstantInputs& inputs) { return image_fingerprint(inputs); }
    static std::optional<std::string> validate(const ConstantInputs& inputs) { return refuse_missing_image(inputs); }
};

}  // namespace

void register_load_image_output(Registry& registry) { registry.add<LoadImageOutput>("LoadImageOutput"); }

}  // namespace easel::nodes
