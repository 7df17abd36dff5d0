#include "inference/models/ltxv/guiding.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVImgToVideoInplace {
    Vae vae;
    Image image;
    Latent latent;
    double strength = 1.0;
    bool bypass = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.in("vae", &LTXVImgToVideoInplace::vae);
        s.in("image", &LTXVImgToVideoInplace::image);
        s.in("latent", &LTXVImgToVideoInplace::latent);
        s.in("strength", &LTXVImgToVideoInplace::strength).range(0.0, 1.0);
        s.in("bypass", &LTXVImgToVideoInplace::bypass).tooltip("Bypass the conditioning.");
        s.out("latent");
    }

    Latent execute() const {
        return bypass ? latent : inference::ltxv::begin_with(vae, latent, image.pixels, strength);
    }
};

}  // namespace

void register_ltxv_img_to_video_inplace(Registry& registry) {
    registry.add<LTXVImgToVideoInplace>("LTXVImgToVideoInplace");
}

}  // namespace easel::nodes

