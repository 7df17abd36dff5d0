#include "inference/mesh/textures.hpp"

#include "inference/mesh/vertices.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

// Rows of length 1; what is shorter than `least` stays short.
Tensor unit_rows(const Tensor& x, double least = 1e-6) { return x / x.norm(2, -1, /*keepdim=*/true).clamp_min(least); }

Tensor within_unit_square(const Tensor& uvs) {
    constexpr double slack = 1e-4;
    const Tensor low = uvs.amin(0), high = uvs.amax(0);
    if (low.min().item<float>() >= -static_cast<float>(slack) && high.max().item<double>() <= 1.0 + slack) return uvs;
    const double extent = (high - low).max().item<double>();
    return extent > 0.0 ? (uvs - low) / extent : uvs;
}

// [n, 4]. The directions of faces are summed at their corners and turned upright on the normals. (Lengyel 2001)
Tensor tangents_of(const Mesh& mesh) {
    const auto corner = [&](const Tensor& values, int64_t k) {
        return values.index_select(0, mesh.faces.select(1, k));
    };
    const auto side = [&](const Tensor& values, int64_t k) { return corner(values, k) - corner(values, 0); };
    const Tensor side1 = side(mesh.vertices, 1), side2 = side(mesh.vertices, 2);
    const Tensor step1 = side(mesh.uvs, 1), step2 = side(mesh.uvs, 2);
    const auto u = [](const Tensor& step) { return step.narrow(1, 0, 1); };
    const auto v = [](const Tensor& step) { return step.narrow(1, 1, 1); };
    Tensor area = u(step1) * v(step2) - u(step2) * v(step1);
    area = area.masked_fill(area.abs() < 1e-20, 1e-20);
    const Tensor along = (v(step2) * side1 - v(step1) * side2) * (1.0 / area);
    const Tensor across = (u(step1) * side2 - u(step2) * side1) * (1.0 / area);
    const auto at_corners = [&](const Tensor& of_faces) {
        Tensor sum = at::zeros_like(mesh.vertices);
        for (int64_t k = 0; k < 3; ++k)
            sum.index_add_(0, mesh.faces.select(1, k), of_faces);
        return sum;
    };
    const Tensor normals = unit_rows(mesh.normals), directions = at_corners(along);
    const Tensor tangents = unit_rows(directions - normals * (normals * directions).sum(-1, /*keepdim=*/true));
    const Tensor turned = (at::linalg_cross(normals, tangents) * at_corners(across)).sum(-1, /*keepdim=*/true);
    return at::cat({tangents, at::where(turned < 0, -1.0, 1.0).to(tangents.scalar_type())}, 1);
}

// Occlusion, roughness and metalness as one picture of the largest sides.
Tensor packed(const SurfaceMaps& maps) {
    int64_t height = 0, width = 0;
    for (const Tensor* map : {&maps.metal, &maps.roughness, &maps.occlusion}) {
        if (!map->defined()) continue;
        height = std::max(height, map->size(0));
        width = std::max(width, map->size(1));
    }
    const auto channel = [&](const Tensor& map, double otherwise) {
        if (!map.defined()) return at::full({height, width}, otherwise, at::kFloat);
        const Tensor plane = map.select(2, 0).to(at::kFloat).clamp(0, 1);
        if (plane.size(0) == height && plane.size(1) == width) return plane;
        return at::upsample_bilinear2d(plane.unsqueeze(0).unsqueeze(0), {height, width}, /*align_corners=*/false)[0][0];
    };
    return at::stack({channel(maps.occlusion, 1.0), channel(maps.roughness, 1.0), channel(maps.metal, 0.0)}, -1);
}

}  // namespace

Mesh with_maps(const Mesh& mesh, const SurfaceMaps& maps) {
    const auto shares = [](const Tensor& map) { return map.to(at::kFloat).clamp(0, 1); };
    Mesh result = mesh;
    result.uvs = within_unit_square(mesh.uvs.to(at::kFloat));
    result.texture = shares(maps.color);
    if (maps.normals.defined() && !mesh.empty()) {
        if (!result.normals.defined()) result.normals = with_smooth_normals(result).normals;
        result.tangents = tangents_of(result);
        result.normal_map = shares(maps.normals);
    }
    if (maps.metal.defined() || maps.roughness.defined() || maps.occlusion.defined()) {
        result.surface_map = packed(maps);
        result.has_occlusion = result.has_occlusion || maps.occlusion.defined();
    }
    return result;
}

}  // namespace easel::inference
