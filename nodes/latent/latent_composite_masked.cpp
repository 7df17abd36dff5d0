#include "inference/image/composite.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentCompositeMasked {
    Latent destination;
    Latent source;
    std::int64_t x = 0;
    std::int64_t y = 0;
    bool resize_source = false;
    std::optional<Mask> mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "model/latent";
        s.display_name = "Latent Composite Masked";
        s.search_aliases = {"overlay latent", "layer latent", "paste latent", "inpaint latent"};
        s.in("destination", &LatentCompositeMasked::destination);
        s.in("source", &LatentCompositeMasked::source);
        s.in("x", &LatentCompositeMasked::x).range(0, 16384).step(8);
        s.in("y", &LatentCompositeMasked::y).range(0, 16384).step(8);
        s.in("resize_source", &LatentCompositeMasked::resize_source);
        s.in("mask", &LatentCompositeMasked::mask);
    }

    Latent execute() const {
        Latent out = destination;
        out.samples = inference::composite_masked(destination.samples, source.samples, mask ? mask->values : Tensor(),
                                                  {.x = x, .y = y, .unit = 8, .resize_source = resize_source});
        return out;
    }
};

}  // namespace

void register_latent_composite_masked(Registry& registry) {
    registry.add<LatentCompositeMasked>("LatentCompositeMasked");
}

}  // namespace easel::nodes
