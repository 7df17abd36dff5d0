#include "inference/image/porter_duff.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PorterDuffImageComposite {
    Image source;
    Mask source_alpha;
    Image destination;
    Mask destination_alpha;
    std::string mode = "DST";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_compositing";
        s.category = "image/compositing";
        s.display_name = "Porter-Duff Image Composite";
        s.search_aliases = {"alpha composite", "blend modes", "layer blend", "transparency blend"};
        s.in("source", &PorterDuffImageComposite::source);
        s.in("source_alpha", &PorterDuffImageComposite::source_alpha);
        s.in("destination", &PorterDuffImageComposite::destination);
        s.in("destination_alpha", &PorterDuffImageComposite::destination_alpha);
        s.in("mode", &PorterDuffImageComposite::mode)
            .choices(one_of(inference::porter_duff_modes))
            .default_value("DST");
    }

    std::tuple<Image, Mask> execute() const {
        inference::Layer result = inference::porter_duff({source.pixels, source_alpha.values},
                                                         {destination.pixels, destination_alpha.values}, mode);
        return {Image{std::move(result.pixels)}, Mask{std::move(result.mask)}};
    }
};

}  // namespace

void register_porter_duff_image_composite(Registry& registry) {
    registry.add<PorterDuffImageComposite>("PorterDuffImageComposite");
}

}  // namespace easel::nodes
