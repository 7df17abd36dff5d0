#include "nodes/conditioning/from_picture/start_picture.hpp"

#include <ATen/ops/scalar_tensor.h>

namespace easel::nodes {
namespace {

struct SVD_img2vid_Conditioning {
    inference::ClipVision clip_vision;
    Image init_image;
    Vae vae;
    std::int64_t width = 1024;
    std::int64_t height = 576;
    std::int64_t video_frames = 14;
    std::int64_t motion_bucket_id = 127;
    std::int64_t fps = 6;
    double augmentation_level = 0.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_video_model";
        s.category = "model/conditioning/stable video";
        s.in("clip_vision", &SVD_img2vid_Conditioning::clip_vision);
        s.in("init_image", &SVD_img2vid_Conditioning::init_image);
        s.in("vae", &SVD_img2vid_Conditioning::vae);
        s.in("width", &SVD_img2vid_Conditioning::width).range(16, 16384).step(8);
        s.in("height", &SVD_img2vid_Conditioning::height).range(16, 16384).step(8);
        s.in("video_frames", &SVD_img2vid_Conditioning::video_frames).range(1, 4096);
        s.in("motion_bucket_id", &SVD_img2vid_Conditioning::motion_bucket_id).range(1, 1023).advanced();
        s.in("fps", &SVD_img2vid_Conditioning::fps).range(1, 1024);
        s.in("augmentation_level", &SVD_img2vid_Conditioning::augmentation_level)
            .range(0.0, 10.0)
            .step(0.01)
            .advanced();
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const StartPicture start = start_picture(clip_vision, vae, init_image, width, height, augmentation_level);
        const auto [positive, negative] =
            picture_sides(start, start.embedding,
                          {{"motion_bucket_id", at::scalar_tensor(motion_bucket_id)},
                           {"fps", at::scalar_tensor(fps)},
                           {"augmentation_level", at::scalar_tensor(augmentation_level)}});
        return {positive, negative, empty_frames(video_frames, width, height)};
    }
};

}  // namespace

void register_svd_img2vid_conditioning(Registry& registry) {
    registry.add<SVD_img2vid_Conditioning>("SVD_img2vid_Conditioning");
}

}  // namespace easel::nodes
