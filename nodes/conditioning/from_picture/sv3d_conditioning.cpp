#include "nodes/conditioning/from_picture/start_picture.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <vector>

namespace easel::nodes {
namespace {

struct SV3D_Conditioning {
    inference::ClipVision clip_vision;
    Image init_image;
    Vae vae;
    std::int64_t width = 576;
    std::int64_t height = 576;
    std::int64_t video_frames = 21;
    double elevation = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_stable3d";
        s.category = "model/conditioning/stable video 3d";
        s.in("clip_vision", &SV3D_Conditioning::clip_vision);
        s.in("init_image", &SV3D_Conditioning::init_image);
        s.in("vae", &SV3D_Conditioning::vae);
        s.in("width", &SV3D_Conditioning::width).range(16, 16384).step(8);
        s.in("height", &SV3D_Conditioning::height).range(16, 16384).step(8);
        s.in("video_frames", &SV3D_Conditioning::video_frames).range(1, 4096);
        s.in("elevation", &SV3D_Conditioning::elevation).range(-90.0, 90.0).step(0.1).option("round", false);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    // The camera goes once around the object, the last frame being where the first was.
    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const double increment = 360.0 / static_cast<double>(std::max<int64_t>(video_frames, 2) - 1);
        std::vector<double> azimuths;
        double azimuth = 0.0;
        for (int64_t i = 0; i < video_frames; ++i, azimuth += increment)
            azimuths.push_back(azimuth);
        const StartPicture start = start_picture(clip_vision, vae, init_image, width, height);
        const auto [positive, negative] =
            picture_sides(start, start.embedding,
                          {{"elevation", at::full({video_frames}, elevation, at::kDouble)},
                           {"azimuth", at::tensor(azimuths, at::kDouble)}});
        return {positive, negative, empty_frames(video_frames, width, height)};
    }
};

}  // namespace

void register_sv3d_conditioning(Registry& registry) { registry.add<SV3D_Conditioning>("SV3D_Conditioning"); }

}  // namespace easel::nodes
