#include "inference/models/wan/camera.hpp"
#include "nodes/choices.hpp"
#include "nodes/conditioning/wan/camera_move.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanCameraEmbedding {
    std::string camera_pose = "Static";
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    double speed = 1.0;
    double fx = 0.5;
    double fy = 0.5;
    double cx = 0.5;
    double cy = 0.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_camera_trajectory";
        s.category = "model/conditioning/wan/camera";
        s.in("camera_pose", &WanCameraEmbedding::camera_pose)
            .choices(one_of(inference::wan::camera_moves))
            .default_value("Static");
        s.in("width", &WanCameraEmbedding::width).range(16, 16384).step(16);
        s.in("height", &WanCameraEmbedding::height).range(16, 16384).step(16);
        s.in("length", &WanCameraEmbedding::length).range(1, 16384).step(4);
        s.in("speed", &WanCameraEmbedding::speed).range(0, 10.0).step(0.1).optional();
        s.in("fx", &WanCameraEmbedding::fx).range(0, 1).step(1e-09).advanced().optional();
        s.in("fy", &WanCameraEmbedding::fy).range(0, 1).step(1e-09).advanced().optional();
        s.in("cx", &WanCameraEmbedding::cx).range(0, 1).step(0.01).advanced().optional();
        s.in("cy", &WanCameraEmbedding::cy).range(0, 1).step(0.01).advanced().optional();
        s.out("camera_embedding");
        s.out("width");
        s.out("height");
        s.out("length");
    }

    std::tuple<CameraMove, std::int64_t, std::int64_t, std::int64_t> execute() const {
        const Tensor rays =
            inference::wan::camera_rays(camera_pose, speed, {.fx = fx, .fy = fy, .cx = cx, .cy = cy},
                                        {.width = width, .height = height, .frames = length});
        return {{.rays = rays}, width, height, length};
    }
};

}  // namespace

void register_wan_camera_embedding(Registry& registry) { registry.add<WanCameraEmbedding>("WanCameraEmbedding"); }

}  // namespace easel::nodes
