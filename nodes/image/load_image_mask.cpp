#include "nodes/choices.hpp"
#include "nodes/image/loaded_image.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LoadImageMask {
    std::string image;
    std::string channel;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Load Image (as Mask)";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"import mask", "alpha mask", "channel mask"};
        s.checked_inputs = {"image"};
        s.in("image", &LoadImageMask::image).choices(input_pictures()).option("image_upload", true);
        s.in("channel", &LoadImageMask::channel).choices(one_of({"alpha", "red", "green", "blue"}));
    }

    Mask execute(Context& context) const {
        const LoadedImage loaded = load_image(context.use<Folders>(), image);
        if (channel == "alpha") return loaded.mask;
        const std::int64_t index = channel == "green" ? 1 : channel == "blue" ? 2 : 0;
        return {loaded.image.pixels.select(3, index).contiguous()};
    }

    static Json fingerprint(const ConstantInputs& inputs) { return image_fingerprint(inputs); }
    static std::optional<std::string> validate(const ConstantInputs& inputs) { return refuse_missing_image(inputs); }
};

}  // namespace

void register_load_image_mask(Registry& registry) { registry.add<LoadImageMask>("LoadImageMask"); }

}  // namespace easel::nodes
