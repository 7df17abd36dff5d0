#include "inference/vision/depth_anything/scene_mesh.hpp"

#include "base/log.hpp"

#include <limits>

namespace easel::inference {
namespace {

// In pixels of a picture of this size.
Tensor usual_camera(int64_t height, int64_t width) {
    const double focal = static_cast<double>(width) * 0.7;
    const double x = static_cast<double>(width - 1) / 2.0, y = static_cast<double>(height - 1) / 2.0;
    return at::tensor({focal, 0.0, x, 0.0, focal, y, 0.0, 0.0, 1.0}, at::kDouble).to(at::kFloat).view({3, 3});
}

// `depth` [h, w] as points [h, w, 3] with the camera's axes.
Tensor seen_points(const Tensor& depth, const Tensor& camera) {
    const Tensor across = at::arange(depth.size(1), at::kFloat).expand(depth.sizes());
    const Tensor down = at::arange(depth.size(0), at::kFloat).unsqueeze(1).expand(depth.sizes());
    const Tensor pixels = at::stack({across, down, at::ones_like(across)}, -1);
    return at::matmul(pixels, at::linalg_inv(camera).t()) * depth.unsqueeze(-1);
}

// From the camera's axes to the scene's.
Tensor in_scene(const Tensor& points, const Tensor& camera) {  // camera [3, 4]
    if (!camera.isfinite().all().item<bool>()) {
        logger("inference")->warn("a view's camera was not found; its mesh keeps the camera's own axes");
        return points;
    }
    const Tensor rotation = camera.slice(1, 0, 3), translation = camera.select(1, 3);
    return at::matmul(points, rotation) - at::matmul(rotation.t(), translation);
}

}  // namespace

Mesh scene_mesh(const DepthGeometry& geometry, int64_t index, const SceneMesh& settings) {
    const Tensor told = geometry.depth[index].cpu().to(at::kFloat);
    const Tensor depth = told.masked_fill(told.isfinite().logical_not(), 0.0);
    const Cameras& cameras = geometry.cameras;
    const Tensor camera = cameras.intrinsics.defined() ? cameras.intrinsics[index].cpu().to(at::kFloat)
                                                       : usual_camera(depth.size(0), depth.size(1));
    Tensor points = seen_points(depth, camera);
    if (cameras.extrinsics.defined()) points = in_scene(points, cameras.extrinsics[index].cpu().to(at::kFloat));

    Tensor kept = (told > 0) & told.isfinite();
    if (settings.drops_sky && geometry.sky.defined()) kept = kept & (geometry.sky[index].cpu() < 0.5);
    if (settings.least_confidence > 0 && geometry.confidence.defined()) {
        const Tensor raw = geometry.confidence[index].cpu().to(at::kFloat);
        const Tensor least = raw.min(), range = raw.max() - least;
        const Tensor share = range.item<double>() > 0 ? (raw - least) / range : at::ones_like(raw);
        kept = kept & (share >= settings.least_confidence);
    }
    points = points.masked_fill(kept.logical_not().unsqueeze(-1), std::numeric_limits<double>::infinity());
    Mesh mesh = from_camera_axes(grid_mesh(points, depth, settings.grid));
    if (settings.is_textured) mesh.texture = geometry.image[index];
    return mesh;
}

}  // namespace easel::inference
