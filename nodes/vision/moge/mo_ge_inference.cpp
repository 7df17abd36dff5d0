#include "nodes/types.hpp"
#include "nodes/vision/moge/moge_sockets.hpp"

#include <ATen/ops/cat.h>
#include <algorithm>
#include <memory>
#include <vector>

namespace easel::nodes {
namespace {

struct MoGeInference {
    std::shared_ptr<const inference::Moge> moge_model;
    Image image;
    std::int64_t resolution_level = 9;
    double fov_x_degrees = 0.0;
    std::int64_t batch_size = 4;
    bool force_projection = true;
    bool apply_mask = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_moge";
        s.category = "image/geometry estimation";
        s.display_name = "Run MoGe Inference";
        s.description = "Run MoGe on a single image to estimate depth and geometry.";
        s.search_aliases = {"moge", "depth", "geometry", "depth estimation", "geometry estimation"};
        s.in("moge_model", &MoGeInference::moge_model);
        s.in("image", &MoGeInference::image);
        s.in("resolution_level", &MoGeInference::resolution_level).range(0, 9).tooltip("0 = fastest, 9 = most detail.");
        s.in("fov_x_degrees", &MoGeInference::fov_x_degrees)
            .range(0.0, 170.0)
            .step(0.1)
            .advanced()
            .tooltip("Horizontal field of view of the source camera. Sets the focal length used to unproject the depth "
                     "map into 3D. 0 = auto-recover from the predicted points.");
        s.in("batch_size", &MoGeInference::batch_size)
            .range(1, 64)
            .tooltip("Images per inference call. Lower if you OOM on a long video / image set.");
        s.in("force_projection", &MoGeInference::force_projection).advanced();
        s.in("apply_mask", &MoGeInference::apply_mask)
            .advanced()
            .tooltip("Set masked-out (sky / invalid) pixels to inf in points and depth so meshing culls them. Disable "
                     "to keep the raw predicted geometry everywhere; the mask is still returned separately.");
        s.out("moge_geometry");
    }

    inference::PointGeometry execute(Context& context) const {
        const Tensor pixels = image.pixels.slice(-1, 0, 3);
        const std::int64_t count = pixels.size(0);
        inference::Moge::Request request{
            .detail = resolution_level, .projects = force_projection, .applies_mask = apply_mask};
        if (fov_x_degrees > 0) request.field_of_view = fov_x_degrees;
        std::vector<inference::PointGeometry> parts;
        for (std::int64_t first = 0; first < count; first += batch_size) {
            const std::int64_t end = std::min(first + batch_size, count);
            parts.push_back(moge_model->look(pixels.slice(0, first, end), request));
            context.progress(static_cast<double>(end), static_cast<double>(count));
        }
        const auto joined = [&](Tensor inference::PointGeometry::* member) {
            std::vector<Tensor> all;
            for (const auto& part : parts)
                all.push_back(part.*member);
            return all.front().defined() ? at::cat(all) : Tensor();
        };
        using Geometry = inference::PointGeometry;
        return {.points = joined(&Geometry::points),
                .depth = joined(&Geometry::depth),
                .intrinsics = joined(&Geometry::intrinsics),
                .mask = joined(&Geometry::mask),
                .normals = joined(&Geometry::normals),
                .image = pixels};
    }
};

}  // namespace

void register_mo_ge_inference(Registry& registry) { registry.add<MoGeInference>("MoGeInference"); }

}  // namespace easel::nodes
