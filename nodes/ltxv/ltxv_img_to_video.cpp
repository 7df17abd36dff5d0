#include "inference/models/ltxv/guiding.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVImgToVideo {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    Image image;
    std::int64_t width = 768;
    std::int64_t height = 512;
    std::int64_t length = 97;
    std::int64_t batch_size = 1;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.in("positive", &LTXVImgToVideo::positive);
        s.in("negative", &LTXVImgToVideo::negative);
        s.in("vae", &LTXVImgToVideo::vae);
        s.in("image", &LTXVImgToVideo::image);
        s.in("width", &LTXVImgToVideo::width).range(64, 16384).step(32);
        s.in("height", &LTXVImgToVideo::height).range(64, 16384).step(32);
        s.in("length", &LTXVImgToVideo::length).range(9, 16384).step(8);
        s.in("batch_size", &LTXVImgToVideo::batch_size).range(1, 4096);
        s.in("strength", &LTXVImgToVideo::strength).range(0.0, 1.0);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const Latent empty{.samples = at::zeros({batch_size, 128, (length - 1) / 8 + 1, height / 32, width / 32})};
        return {positive, negative, inference::ltxv::begin_with(vae, empty, image.pixels, strength)};
    }
};

}  // namespace

void register_ltxv_img_to_video(Registry& registry) { registry.add<LTXVImgToVideo>("LTXVImgToVideo"); }

}  // namespace easel::nodes

