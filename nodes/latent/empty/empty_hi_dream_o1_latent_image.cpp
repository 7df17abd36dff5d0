#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyHiDreamO1LatentImage {
    std::int64_t width = 2048;
    std::int64_t height = 2048;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hidream_o1";
        s.category = "model/latent/hidream";
        s.display_name = "Empty HiDream-O1 Latent Image";
        s.description =
            "Empty pixel-space latent for HiDream-O1-Image. The model was trained at ~4 megapixels; lower resolutions "
            "go off-distribution and quality regresses noticeably. Trained resolutions: 2048x2048, 2304x1728, "
            "1728x2304, 2560x1440, 1440x2560, 2496x1664, 1664x2496, 3104x1312, 1312x3104, 2304x1792, 1792x2304.";
        s.in("width", &EmptyHiDreamO1LatentImage::width).range(64, 4096).step(32);
        s.in("height", &EmptyHiDreamO1LatentImage::height).range(64, 4096).step(32);
        s.in("batch_size", &EmptyHiDreamO1LatentImage::batch_size).range(1, 64);
    }

    Latent execute() const { return {.samples = at::zeros({batch_size, 3, height, width})}; }
};

}  // namespace

void register_empty_hi_dream_o1_latent_image(Registry& registry) {
    registry.add<EmptyHiDreamO1LatentImage>("EmptyHiDreamO1LatentImage");
}

}  // namespace easel::nodes
