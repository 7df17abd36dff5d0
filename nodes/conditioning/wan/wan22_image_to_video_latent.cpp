#include "inference/models/wan/start_frames.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Wan22ImageToVideoLatent {
    Vae vae;
    std::int64_t width = 1280;
    std::int64_t height = 704;
    std::int64_t length = 49;
    std::int64_t batch_size = 1;
    std::optional<Image> start_image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = "model/conditioning/wan";
        s.in("vae", &Wan22ImageToVideoLatent::vae);
        s.in("width", &Wan22ImageToVideoLatent::width).range(32, 16384).step(32);
        s.in("height", &Wan22ImageToVideoLatent::height).range(32, 16384).step(32);
        s.in("length", &Wan22ImageToVideoLatent::length).range(1, 16384).step(4);
        s.in("batch_size", &Wan22ImageToVideoLatent::batch_size).range(1, 4096);
        s.in("start_image", &Wan22ImageToVideoLatent::start_image);
    }

    Latent execute() const {
        const auto first = start_image ? std::optional(start_image->pixels) : std::nullopt;
        return inference::wan::start_latent(vae, first, {.width = width, .height = height, .frames = length},
                                            batch_size);
    }
};

}  // namespace

void register_wan22_image_to_video_latent(Registry& registry) {
    registry.add<Wan22ImageToVideoLatent>("Wan22ImageToVideoLatent");
}

}  // namespace easel::nodes

