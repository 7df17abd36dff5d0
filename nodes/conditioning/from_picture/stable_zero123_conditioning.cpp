#include "nodes/conditioning/from_picture/start_picture.hpp"

#include "inference/image/resize.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace easel::nodes {
namespace {

// Where the camera moves to, as the model reads it: [1, 1, 4]. Degrees.
Tensor camera_move(double elevation, double azimuth) {
    const auto radians = [](double degrees) {
        return static_cast<float>(degrees) * std::numbers::pi_v<float> / 180.0F;
    };
    const double up = static_cast<double>(90.0F - static_cast<float>(elevation) - 90.0F);
    const std::vector<float> move{radians(up), std::sin(radians(azimuth)), std::cos(radians(azimuth)), radians(90.0)};
    return at::tensor(move).view({1, 1, 4});
}

// What both nodes have in common.
struct View {
    inference::ClipVision clip_vision;
    Image init_image;
    Vae vae;
    std::int64_t width = 256;
    std::int64_t height = 256;
    std::int64_t batch_size = 1;
    double elevation = 0.0;
    double azimuth = 0.0;

    template <class Node>
    static void declare_view(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_stable3d";
        s.category = "model/conditioning/stable zero123";
        s.in("clip_vision", &Node::clip_vision);
        s.in("init_image", &Node::init_image);
        s.in("vae", &Node::vae);
        s.in("width", &Node::width).range(16, 16384).step(8);
        s.in("height", &Node::height).range(16, 16384).step(8);
        s.in("batch_size", &Node::batch_size).range(1, 4096);
        s.in("elevation", &Node::elevation).range(-180.0, 180.0).step(0.1).option("round", false);
        s.in("azimuth", &Node::azimuth).range(-180.0, 180.0).step(0.1).option("round", false);
    }

    static void declare_sides(Schema& s) {
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }
};

struct StableZero123_Conditioning : View {
    static void declare(Schema& s) {
        declare_view<StableZero123_Conditioning>(s);
        declare_sides(s);
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const StartPicture start = start_picture(clip_vision, vae, init_image, width, height);
        const Tensor move = camera_move(elevation, azimuth);
        const Tensor context = at::cat({start.embedding, move.expand({-1, start.embedding.size(1), -1})}, -1);
        const auto [positive, negative] = picture_sides(start, context);
        return {positive, negative, empty_frames(batch_size, width, height)};
    }
};

struct StableZero123_Conditioning_Batched : View {
    double elevation_batch_increment = 0.0;
    double azimuth_batch_increment = 0.0;

    static void declare(Schema& s) {
        using Self = StableZero123_Conditioning_Batched;
        declare_view<Self>(s);
        for (const auto& [name, field] : {std::pair("elevation_batch_increment", &Self::elevation_batch_increment),
                                          std::pair("azimuth_batch_increment", &Self::azimuth_batch_increment)})
            s.in(name, field).range(-180.0, 180.0).step(0.1).advanced().option("round", false);
        declare_sides(s);
    }

    // Every member is seen from a place of its own, all with the same noise.
    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const StartPicture start = start_picture(clip_vision, vae, init_image, width, height);
        std::vector<Tensor> moves;
        double up = elevation, around = azimuth;
        for (int64_t i = 0; i < batch_size; ++i) {
            moves.push_back(camera_move(up, around));
            up += elevation_batch_increment;
            around += azimuth_batch_increment;
        }
        const Tensor seen = inference::repeat_to_batch(start.embedding, batch_size);
        const auto [positive, negative] = picture_sides(start, at::cat({seen, at::cat(moves)}, -1));
        Latent latent = empty_frames(batch_size, width, height);
        latent.batch_index = std::vector<int64_t>(static_cast<std::size_t>(batch_size), 0);
        return {positive, negative, latent};
    }
};

}  // namespace

void register_stable_zero123_conditioning(Registry& registry) {
    registry.add<StableZero123_Conditioning>("StableZero123_Conditioning");
    registry.add<StableZero123_Conditioning_Batched>("StableZero123_Conditioning_Batched");
}

}  // namespace easel::nodes
