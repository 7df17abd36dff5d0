#include "nodes/image/loaded_image.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LoadImage {
    std::string image;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Load Image";
        s.essentials_category = "Basics";
        s.search_aliases = {"load image",   "open image", "import image", "image input",
                            "upload image", "read image", "image loader"};
        s.checked_inputs = {"image"};
        s.in("image", &LoadImage::image).choices(input_pictures()).option("image_upload", true);
    }

    std::tuple<Image, Mask> execute(Context& context) const {
        LoadedImage loaded = load_image(context.use<Folders>(), image);
        return {std::move(loaded.image), std::move(loaded.mask)};
    }

    static Json fingerprint(const ConstantInputs& inputs) { return image_fingerprint(inputs); }
    static std::optional<std::string> validate(const ConstantInputs& inputs) { return refuse_missing_image(inputs); }
};

}  // namespace

void register_load_image(Registry& registry) { registry.add<LoadImage>("LoadImage"); }

}  // namespace easel::nodes
