#include "inference/mesh/vertices.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

namespace easel::inference {
namespace {

// The cells of a grid in which rows [n, 3] lie, by number, and how many there are.
struct Cells {
    Tensor numbers;  // [n]
    int64_t count;
};

Cells cells_of_width(const Tensor& vertices, double width) {
    const Tensor places = ((vertices - vertices.amin(0)) * (1.0 / width)).round().to(at::kLong);
    const auto [unique, numbers, counts] = at::unique_dim(places, 0, /*sorted=*/true, /*return_inverse=*/true);
    return {.numbers = numbers, .count = unique.size(0)};
}

// Perpendicular to each face, twice its area long: [m, 3].
Tensor face_normals(const Mesh& mesh) {
    const auto corner = [&](int64_t k) { return mesh.vertices.index_select(0, mesh.faces.select(1, k)); };
    const Tensor first = corner(0);
    return at::linalg_cross(corner(1) - first, corner(2) - first);
}

// Sums of `normals` [m, 3] at the `count` places that `corners` [m, 3] name, made 1 long.
Tensor gathered_normals(const Tensor& normals, const Tensor& corners, int64_t count) {
    Tensor sums = at::zeros({count, 3}, at::kDouble);
    for (int64_t k = 0; k < 3; ++k)
        sums.index_add_(0, corners.select(1, k), normals.to(at::kDouble));
    const Tensor lengths = sums.norm(2, 1, /*keepdim=*/true);
    return (sums / lengths.masked_fill(lengths <= 1e-12, 1.0)).to(at::kFloat);
}

// Which faces belong together.
class Groups {
public:
    explicit Groups(std::size_t count) : parents_(count) {
        for (std::size_t i = 0; i < count; ++i)
            parents_[i] = i;
    }
    std::size_t of(std::size_t face) {
        while (parents_[face] != face)
            face = parents_[face] = parents_[parents_[face]];
        return face;
    }
    void join(std::size_t a, std::size_t b) { parents_[of(a)] = of(b); }

private:
    std::vector<std::size_t> parents_;
};

// Faces that share an edge at which the surface bends by no more than an angle of this cosine.
Groups smooth_parts(const Tensor& faces, const Tensor& unit_normals, double least_cosine) {
    const auto corners = faces.accessor<int64_t, 2>();
    const auto normals = unit_normals.accessor<float, 2>();
    std::map<std::pair<int64_t, int64_t>, std::vector<std::size_t>> sharing;
    for (int64_t face = 0; face < faces.size(0); ++face)
        for (int64_t k = 0; k < 3; ++k) {
            const auto [low, high] = std::minmax(corners[face][k], corners[face][(k + 1) % 3]);
            sharing[{low, high}].push_back(static_cast<std::size_t>(face));
        }
    Groups groups(static_cast<std::size_t>(faces.size(0)));
    for (const auto& [edge, owners] : sharing) {
        if (owners.size() != 2) continue;
        double cosine = 0;
        for (int64_t axis = 0; axis < 3; ++axis)
            cosine += normals[static_cast<int64_t>(owners[0])][axis] * normals[static_cast<int64_t>(owners[1])][axis];
        if (cosine >= least_cosine) groups.join(owners[0], owners[1]);
    }
    return groups;
}

}  // namespace

Mesh welded(const Mesh& mesh, const Welding& welding) {
    if (mesh.vertices.size(0) == 0) return mesh;
    const double diagonal = (mesh.vertices.amax(0) - mesh.vertices.amin(0)).norm().item<double>();
    const double width = welding.distance > 0 ? welding.distance : std::max(diagonal * welding.share, 1e-12);
    const Cells cells = cells_of_width(mesh.vertices, width);
    Mesh result = mesh;
    result.uvs = Tensor();
    result.normals = Tensor();
    result.tangents = Tensor();
    if (cells.count == mesh.vertices.size(0)) return result;
    const Tensor sizes = at::zeros({cells.count, 1}).index_add_(0, cells.numbers, at::ones({mesh.vertices.size(0), 1}));
    const auto means = [&](const Tensor& values) {
        return at::zeros({cells.count, values.size(1)}).index_add_(0, cells.numbers, values) / sizes;
    };
    result.vertices = means(mesh.vertices);
    if (mesh.colors.defined()) result.colors = means(mesh.colors);
    result.faces = cells.numbers.index_select(0, mesh.faces.flatten()).view(mesh.faces.sizes());
    return result;
}

Mesh with_smooth_normals(const Mesh& mesh) {
    Mesh result = mesh;
    const double extent = (mesh.vertices.amax(0) - mesh.vertices.amin(0)).max().item<double>();
    const Cells cells = cells_of_width(mesh.vertices, std::max(extent, 1e-9) * 1e-5);
    const Tensor corners = cells.numbers.index_select(0, mesh.faces.flatten()).view(mesh.faces.sizes());
    result.normals = gathered_normals(face_normals(mesh), corners, cells.count).index_select(0, cells.numbers);
    return result;
}

Mesh with_creased_normals(const Mesh& mesh, double degrees) {
    const Tensor faces = mesh.faces.contiguous(), normals = face_normals(mesh);
    const Tensor lengths = normals.norm(2, 1, /*keepdim=*/true);
    const Tensor unit = (normals / lengths.masked_fill(lengths <= 1e-12, 1.0)).contiguous();
    Groups groups = smooth_parts(faces, unit, std::cos(degrees * std::numbers::pi / 180.0));

    // A vertex for each part of the surface that meets there.
    std::map<std::pair<int64_t, std::size_t>, int64_t> numbers;
    std::vector<int64_t> sources;
    Tensor corners = faces.clone();
    auto corner = corners.accessor<int64_t, 2>();
    for (int64_t face = 0; face < faces.size(0); ++face)
        for (int64_t k = 0; k < 3; ++k) {
            const int64_t source = corner[face][k];
            const auto [place, is_new] = numbers.try_emplace({source, groups.of(static_cast<std::size_t>(face))},
                                                             static_cast<int64_t>(sources.size()));
            if (is_new) sources.push_back(source);
            corner[face][k] = place->second;
        }
    const Tensor picked = at::tensor(sources, at::kLong);
    Mesh result = mesh;
    result.vertices = mesh.vertices.index_select(0, picked);
    result.faces = corners;
    result.normals = gathered_normals(normals, corners, picked.size(0));
    if (mesh.uvs.defined()) result.uvs = mesh.uvs.index_select(0, picked);
    if (mesh.colors.defined()) result.colors = mesh.colors.index_select(0, picked);
    return result;
}

}  // namespace easel::inference
