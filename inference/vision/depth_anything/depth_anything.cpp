#include "inference/vision/depth_anything/depth_anything.hpp"

#include "inference/image/resize.hpp"
#include "inference/models/detect.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

constexpr std::string_view own_key = "backbone.embeddings.patch_embeddings.projection.weight";
constexpr std::size_t blocks_of_large = 24;

std::vector<std::size_t> layers_of(std::size_t depth, bool has_rays) {
    if (depth < blocks_of_large) return {5, 7, 9, 11};
    return has_rays ? std::vector<std::size_t>{11, 15, 19, 23} : std::vector<std::size_t>{4, 11, 17, 23};
}

// The nearest multiple of a patch's side; the larger of two equally near.
int64_t whole_patches(double length) {
    const auto pixels = static_cast<int64_t>(std::nearbyint(length));
    return std::max<int64_t>(1, (pixels + Dino2::patch / 2) / Dino2::patch * Dino2::patch);
}

// [batch, 3, h, w] as the network wants them.
Tensor prepared(const Tensor& pixels, int64_t resolution, DepthAnything::Fit fit) {
    const int64_t height = pixels.size(1), width = pixels.size(2);
    const int64_t side = fit == DepthAnything::Fit::longest_side ? std::max(height, width) : std::min(height, width);
    const double scale = static_cast<double>(resolution) / static_cast<double>(side);
    const int64_t rows = whole_patches(static_cast<double>(height) * scale);
    const int64_t columns = whole_patches(static_cast<double>(width) * scale);
    Tensor planes = pixels.movedim(-1, 1).to(at::kFloat).contiguous();
    if (rows != height || columns != width) planes = resize(planes, columns, rows, "lanczos");
    const auto per_channel = [](at::ArrayRef<double> values) { return at::tensor(values, at::kFloat).view({3, 1, 1}); };
    return (planes.clamp(0, 1) - per_channel({0.485, 0.456, 0.406})) / per_channel({0.229, 0.224, 0.225});
}

Tensor enlarged(const Tensor& x, const Tensor& pixels) {
    if (!x.defined()) return {};
    return at::upsample_bilinear2d(x.unsqueeze(1).to(at::kFloat), {pixels.size(1), pixels.size(2)},
                                   /*align_corners=*/false)
        .squeeze(1)
        .cpu();
}

void check_channels(const Tensor& pixels) {
    if (pixels.size(3) != 3)
        throw UserError("Depth Anything 3 needs pictures of 3 channels, not " + std::to_string(pixels.size(3)));
}

}  // namespace

DepthAnything::CameraDecoder::CameraDecoder(const Weights& w)
    : first(w / "backbone" / 0), second(w / "backbone" / 2), translation(w / "fc_t"), rotation(w / "fc_qvec"),
      field(w / "fc_fov" / 0) {}

Tensor DepthAnything::CameraDecoder::operator()(const Tensor& tokens) const {
    const Tensor x = at::relu(second(at::relu(first(tokens))));
    return at::cat({translation(x), rotation(x), at::relu(field(x))}, -1);
}

DepthAnything::DepthAnything(const Weights& w)
    : backbone_(w / "backbone"), layers_(layers_of(backbone_.depth(), w.has_part("head.scratch.refinenet1_aux"))),
      head_(w / "head"), weights_(w.table()) {
    if (w.has_part("cam_dec")) camera_.emplace(w / "cam_dec");
}

DepthAnything::Output DepthAnything::operator()(const Tensor& views, ReferenceView reference, bool wants_rays) const {
    const auto features = backbone_.of_scene(views, layers_, reference);
    std::vector<Tensor> cells;
    for (const auto& feature : features)
        cells.push_back(feature.cells);
    Output output{.seen = head_(cells, views.size(2), views.size(3), wants_rays), .poses = {}};
    if (camera_ && views.size(0) > 1) output.poses = (*camera_)(features.back().token);
    return output;
}

DepthGeometry DepthAnything::look_at_pictures(const Tensor& pixels, int64_t resolution, Fit fit) const {
    check_channels(pixels);
    weights_->use(nullptr);
    std::vector<Tensor> depths, confidences, skies;
    for (int64_t i = 0; i < pixels.size(0); ++i) {
        const Tensor picture = pixels.narrow(0, i, 1);
        const Tensor view = prepared(picture, resolution, fit).to(weights_->settings().device);
        const auto seen = (*this)(view, ReferenceView::saddle_balanced, /*wants_rays=*/false).seen;
        depths.push_back(enlarged(seen.depth, picture));
        if (seen.confidence.defined()) confidences.push_back(enlarged(seen.confidence, picture));
        if (seen.sky.defined()) skies.push_back(enlarged(seen.sky, picture));
    }
    const auto joined = [](const std::vector<Tensor>& parts) { return parts.empty() ? Tensor() : at::cat(parts); };
    return {.depth = joined(depths),
            .image = pixels,
            .sky = joined(skies),
            .confidence = joined(confidences),
            .cameras = {}};
}

DepthGeometry DepthAnything::look_at_scene(const Tensor& pixels, int64_t resolution, Fit fit, ReferenceView reference,
                                           Pose pose) const {
    check_channels(pixels);
    weights_->use(nullptr);
    const Tensor views = prepared(pixels, resolution, fit).to(weights_->settings().device);
    const int64_t height = views.size(2), width = views.size(3);
    const auto [seen, poses] = (*this)(views, reference, pose == Pose::of_rays);
    DepthGeometry geometry{.depth = enlarged(seen.depth, pixels),
                           .image = pixels,
                           .sky = enlarged(seen.sky, pixels),
                           .confidence = enlarged(seen.confidence, pixels),
                           .cameras = {}};
    if (pose == Pose::of_rays)
        geometry.cameras = cameras_of_rays(seen.rays.cpu(), seen.rays_confidence.cpu(), height, width);
    else if (poses.defined())
        geometry.cameras = cameras_of_poses(poses.cpu(), height, width);
    else  // a single view stands where the world begins
        geometry.cameras = {.extrinsics = at::eye(4).narrow(0, 0, 3).unsqueeze(0),
                            .intrinsics = at::eye(3).unsqueeze(0)};
    return geometry;
}

TensorMap depth_anything_tensors(const TensorMap& file) {
    if (file.contains(own_key)) return file;
    TensorMap network = part_of(file, "model.diffusion_model.");
    return network.contains(own_key) ? network : TensorMap{};
}

}  // namespace easel::inference
