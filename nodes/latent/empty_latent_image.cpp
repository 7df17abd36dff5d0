#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyLatentImage {
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Empty Latent Image";
        s.description = "Create a new batch of empty latent images to be denoised via sampling.";
        s.search_aliases = {"empty", "empty latent", "new latent", "create latent", "blank latent", "blank"};
        s.in("width", &EmptyLatentImage::width)
            .range(16, 16384)
            .step(8)
            .tooltip("The width of the latent images in pixels.");
        s.in("height", &EmptyLatentImage::height)
            .range(16, 16384)
            .step(8)
            .tooltip("The height of the latent images in pixels.");
        s.in("batch_size", &EmptyLatentImage::batch_size)
            .range(1, 4096)
            .tooltip("The number of latent images in the batch.");
        s.out("LATENT").tooltip = "The empty latent image batch.";
    }

    Latent execute() const {
        return {.samples = at::zeros({batch_size, 4, height / 8, width / 8}), .downscale_ratio = 8};
    }
};

}  // namespace

void register_empty_latent_image(Registry& registry) { registry.add<EmptyLatentImage>("EmptyLatentImage"); }

}  // namespace easel::nodes
