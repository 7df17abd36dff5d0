#include "base/error.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageToMask {
    Image image;
    std::string channel;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Convert Image to Mask";
        s.search_aliases = {"extract channel", "channel to mask"};
        s.in("image", &ImageToMask::image);
        s.in("channel", &ImageToMask::channel).choices(one_of({"red", "green", "blue", "alpha"}));
    }

    Mask execute() const {
        const std::int64_t index = channel == "red" ? 0 : channel == "green" ? 1 : channel == "blue" ? 2 : 3;
        if (index >= image.pixels.size(3))
            throw NamedError("IndexError", "the image has no " + channel + " channel, only " +
                                               std::to_string(image.pixels.size(3)) + " channels");
        return {image.pixels.select(3, index)};
    }
};

}  // namespace

void register_image_to_mask(Registry& registry) { registry.add<ImageToMask>("ImageToMask"); }

}  // namespace easel::nodes
