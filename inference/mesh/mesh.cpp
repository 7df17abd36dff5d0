#include "inference/mesh/mesh.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

// Where a pixel's neighbourhood, 3 by 3, spans more than `share` of its depth.
Tensor steep_places(const Tensor& depth, double share) {
    const Tensor plane = depth.unsqueeze(0).unsqueeze(0);
    const Tensor span = at::max_pool2d(plane, 3, 1, 1) + at::max_pool2d(-plane, 3, 1, 1);
    return ((span / plane.clamp_min(1e-6)).nan_to_num() > share)[0][0];
}

Tensor thinned(const Tensor& x, int64_t step) {
    return x.slice(0, 0, std::nullopt, step).slice(1, 0, std::nullopt, step);
}

}  // namespace

Mesh rotated(const Mesh& mesh, const Tensor& rotation) {
    Mesh result = mesh;
    result.vertices = at::matmul(mesh.vertices, rotation.to(mesh.vertices.options()).t());
    if (mesh.normals.defined()) result.normals = at::matmul(mesh.normals, rotation.to(mesh.normals.options()).t());
    return result;
}

Mesh merged(const std::vector<Meshes>& links) {
    const auto any = [&](Tensor Mesh::*part) {
        return std::ranges::any_of(links, [&](const Meshes& link) { return (link.front().*part).defined(); });
    };
    const bool has_uvs = any(&Mesh::uvs), has_colors = any(&Mesh::colors);
    int64_t channels = 3;
    for (const Meshes& link : links)
        if (link.front().colors.defined()) channels = std::max(channels, link.front().colors.size(1));
    Mesh result;
    std::vector<Tensor> vertices, faces, uvs, colors;
    int64_t before = 0;
    for (const Meshes& link : links) {
        const Mesh& mesh = link.front();
        const int64_t count = mesh.vertices.size(0);
        vertices.push_back(mesh.vertices);
        faces.push_back(mesh.faces + before);
        before += count;
        if (has_uvs) uvs.push_back(mesh.uvs.defined() ? mesh.uvs : mesh.vertices.new_zeros({count, 2}));
        if (has_colors) {
            const Tensor own = mesh.colors.defined() ? mesh.colors : mesh.vertices.new_ones({count, channels});
            colors.push_back(at::constant_pad_nd(own, {0, channels - own.size(1)}, 1.0));
        }
        if (mesh.texture.defined() && result.texture.defined())
            logger("inference")->warn("a merged mesh keeps the first texture only");
        else if (mesh.texture.defined())
            result.texture = mesh.texture;
    }
    result.vertices = at::cat(vertices);
    result.faces = at::cat(faces);
    if (has_uvs) result.uvs = at::cat(uvs);
    if (has_colors) result.colors = at::cat(colors);
    return result;
}

Mesh grid_mesh(const Tensor& points, const Tensor& depth, const GridMesh& settings) {
    const Tensor finite = points.isfinite().all(-1);
    Tensor kept = finite;
    if (settings.discontinuity > 0)
        kept = kept & steep_places(depth.masked_fill(finite.logical_not(), 0.0), settings.discontinuity).logical_not();
    kept = thinned(kept, settings.step).contiguous();
    const Tensor corners = thinned(points, settings.step).contiguous();
    const int64_t height = corners.size(0), width = corners.size(1);

    const Tensor places = kept.flatten().nonzero().squeeze(1);
    Tensor numbers = at::full({height * width}, -1, at::kLong);
    numbers.index_put_({places}, at::arange(places.size(0), at::kLong));
    numbers = numbers.view({height, width});
    const auto shares = [](int64_t count) {
        return at::arange(count, at::kFloat) / static_cast<double>(std::max<int64_t>(1, count - 1));
    };
    const Tensor uvs =
        at::stack({shares(width).expand({height, width}), shares(height).unsqueeze(1).expand({height, width})}, -1);

    // The corners of each square: top left, top right, bottom right, bottom left.
    const Tensor upper = numbers.slice(0, 0, height - 1), lower = numbers.slice(0, 1);
    const Tensor squares =
        at::stack({upper.slice(1, 0, width - 1), upper.slice(1, 1), lower.slice(1, 1), lower.slice(1, 0, width - 1)},
                  -1)
            .view({-1, 4});
    const Tensor whole = squares.index_select(0, (squares >= 0).all(-1).nonzero().squeeze(1));
    const auto triangles = [&](at::ArrayRef<int64_t> picked) { return whole.index_select(1, at::tensor(picked)); };
    return {.vertices = corners.view({-1, 3}).index_select(0, places),
            .faces = at::cat({triangles({0, 1, 2}), triangles({0, 2, 3})}),
            .uvs = uvs.view({-1, 2}).index_select(0, places),
            .colors = {},
            .normals = {},
            .texture = {}};
}

Mesh from_camera_axes(Mesh mesh) {
    mesh.vertices = mesh.vertices * at::tensor({1.0, -1.0, -1.0}).to(mesh.vertices.options());
    mesh.faces = mesh.faces.index_select(1, at::tensor({0, 2, 1}, at::kLong));
    return mesh;
}

}  // namespace easel::inference
