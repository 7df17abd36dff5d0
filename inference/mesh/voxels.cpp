#include "inference/mesh/voxels.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace easel::inference {
namespace {

using Place = std::array<int64_t, 3>;  // along depth, height and width
using Point = std::array<float, 3>;
using Triangle = std::array<int64_t, 3>;

constexpr int64_t corners = 8;  // of a cell: the bits of their numbers are offsets along depth, height and width

constexpr float offset(std::size_t corner, std::size_t axis) { return static_cast<float>((corner >> axis) & 1U); }

// A grid of numbers, 0 outside.
struct Grid {
    Tensor values;
    const float* data;
    Place size;

    explicit Grid(const Tensor& voxels)
        : values(voxels.to(at::kCPU, at::kFloat).contiguous()), data(values.const_data_ptr<float>()),
          size{values.size(0), values.size(1), values.size(2)} {}

    bool contains(const Place& place) const {
        for (std::size_t axis = 0; axis < 3; ++axis)
            if (place[axis] < 0 || place[axis] >= size[axis]) return false;
        return true;
    }
    std::size_t index(const Place& place) const {
        return static_cast<std::size_t>((place[0] * size[1] + place[1]) * size[2] + place[2]);
    }
    float at(const Place& place) const { return contains(place) ? data[index(place)] : 0.0f; }

    template <class Function>
    void for_each(const Function& function) const {
        for (int64_t z = 0; z < size[0]; ++z)
            for (int64_t y = 0; y < size[1]; ++y)
                for (int64_t x = 0; x < size[2]; ++x)
                    function(Place{z, y, x});
    }
};

Place moved(Place place, const Place& by) {
    for (std::size_t axis = 0; axis < 3; ++axis)
        place[axis] += by[axis];
    return place;
}

// `points` in places of the grid, as the surface of a shape that spans -1..1.
Mesh mesh_of(const std::vector<Point>& points, const std::vector<Triangle>& faces, const Grid& grid) {
    const auto longest = static_cast<float>(*std::ranges::max_element(grid.size));
    const float half = longest / 2.0f;
    Mesh mesh;
    mesh.vertices = at::empty({static_cast<int64_t>(points.size()), 3}, at::kFloat);
    auto* out = mesh.vertices.mutable_data_ptr<float>();
    for (const Point& point : points)
        for (std::size_t axis = 3; axis-- > 0;)
            *out++ = (point[axis] - half) / half;
    mesh.faces = at::empty({static_cast<int64_t>(faces.size()), 3}, at::kLong);
    auto* corner = mesh.faces.mutable_data_ptr<int64_t>();
    for (const Triangle& face : faces)
        corner = std::ranges::copy(face, corner).out;
    return mesh;
}

// A side of a cube: where its neighbour is, and its four corners.
struct Side {
    Place neighbour;
    std::array<Place, 4> corners;
};
constexpr std::array sides{
    Side{{0, 0, 1}, {Place{0, 0, 1}, Place{0, 1, 1}, Place{1, 1, 1}, Place{1, 0, 1}}},
    Side{{0, 0, -1}, {Place{0, 0, 0}, Place{1, 0, 0}, Place{1, 1, 0}, Place{0, 1, 0}}},
    Side{{0, 1, 0}, {Place{0, 1, 0}, Place{1, 1, 0}, Place{1, 1, 1}, Place{0, 1, 1}}},
    Side{{0, -1, 0}, {Place{0, 0, 0}, Place{0, 0, 1}, Place{1, 0, 1}, Place{1, 0, 0}}},
    Side{{1, 0, 0}, {Place{1, 0, 1}, Place{1, 1, 1}, Place{1, 1, 0}, Place{1, 0, 0}}},
    Side{{-1, 0, 0}, {Place{0, 1, 0}, Place{0, 1, 1}, Place{0, 0, 1}, Place{0, 0, 0}}},
};

// The twelve edges of a cell, by the numbers of their corners.
struct Edge {
    std::size_t from, to;
};
constexpr std::array edges{Edge{0, 1}, Edge{0, 2}, Edge{0, 4}, Edge{1, 3}, Edge{1, 5}, Edge{2, 3},
                           Edge{2, 6}, Edge{3, 7}, Edge{4, 5}, Edge{4, 6}, Edge{5, 7}, Edge{6, 7}};

// A cell of which the surface takes a part.
struct Cell {
    Place place;
    Point vertex;               // in places of the grid
    std::size_t first_crossed;  // edge
    Point inwards;              // from the middle of its outer corners to that of its inner ones
};

Cell cell_of(const Place& place, const std::array<float, corners>& values, float threshold) {
    Cell cell{.place = place, .vertex = {}, .first_crossed = edges.size(), .inwards = {}};
    Point sum{}, inner{}, outer{};
    float crossings = 0.0f, inner_count = 0.0f, outer_count = 0.0f;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const auto [from, to] = edges[i];
        if ((values[from] > threshold) == (values[to] > threshold)) continue;
        cell.first_crossed = std::min(cell.first_crossed, i);
        crossings += 1.0f;
        const float share = (threshold - values[from]) / (values[to] - values[from]);
        for (std::size_t axis = 0; axis < 3; ++axis)
            sum[axis] += offset(from, axis) + share * (offset(to, axis) - offset(from, axis));
    }
    for (std::size_t corner = 0; corner < values.size(); ++corner) {
        const bool is_inner = values[corner] > threshold;
        (is_inner ? inner_count : outer_count) += 1.0f;
        for (std::size_t axis = 0; axis < 3; ++axis)
            (is_inner ? inner : outer)[axis] += offset(corner, axis);
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
        cell.vertex[axis] = sum[axis] / crossings + static_cast<float>(place[axis]);
        cell.inwards[axis] = inner[axis] / inner_count - outer[axis] / outer_count;
    }
    return cell;
}

std::vector<Cell> cells_on_surface(const Grid& grid, float threshold) {
    std::vector<Cell> cells;
    grid.for_each([&](const Place& place) {
        std::array<float, corners> values;
        bool any_inner = false, any_outer = false;
        for (std::size_t corner = 0; corner < values.size(); ++corner) {
            const auto back = [&](std::size_t axis) { return static_cast<int64_t>((corner >> axis) & 1U) - 1; };
            values[corner] = grid.at(moved(place, {back(0), back(1), back(2)}));
            (values[corner] > threshold ? any_inner : any_outer) = true;
        }
        if (any_inner && any_outer) cells.push_back(cell_of(place, values, threshold));
    });
    return cells;
}

// Two directions along which four cells make a piece of the surface; it faces along the third axis, or against it.
struct Plane {
    Place first, second;
    std::size_t axis;
    float sign;  // of the first direction times the second one along `axis`
};
constexpr std::array planes{Plane{{1, 0, 0}, {0, 1, 0}, 2, 1.0f}, Plane{{1, 0, 0}, {0, 0, 1}, 1, -1.0f},
                            Plane{{0, 1, 0}, {0, 0, 1}, 0, 1.0f}};

}  // namespace

Mesh cube_surface(const Tensor& voxels, double threshold) {
    const Grid grid(voxels.gt(threshold));
    std::vector<Point> points;
    std::vector<Triangle> faces;
    for (const Side& side : sides) {
        const auto first = static_cast<int64_t>(points.size());
        grid.for_each([&](const Place& place) {
            if (grid.at(place) == 0.0f || grid.at(moved(place, side.neighbour)) != 0.0f) return;
            for (const Place& corner : side.corners) {
                const auto [z, y, x] = moved(place, corner);
                points.push_back({static_cast<float>(z), static_cast<float>(y), static_cast<float>(x)});
            }
        });
        const auto end = static_cast<int64_t>(points.size());
        for (int64_t i = first; i < end; i += 4)
            faces.push_back({i, i + 1, i + 2});
        for (int64_t i = first; i < end; i += 4)
            faces.push_back({i, i + 2, i + 3});
    }
    if (points.empty()) {
        points.push_back({});
        faces.push_back({});
    }
    return mesh_of(points, faces, grid);
}

Mesh surface_net(const Tensor& voxels, double threshold) {
    const Grid grid(voxels);
    const std::vector<Cell> cells = cells_on_surface(grid, static_cast<float>(threshold));

    // Vertices come in the order of the first of their cell's edges that passes the threshold, then of the cells.
    constexpr int32_t nowhere = -1;
    std::vector<int32_t> vertex_at(static_cast<std::size_t>(grid.values.numel()), nowhere);
    std::vector<Point> points;
    points.reserve(cells.size());
    for (std::size_t edge = 0; edge < edges.size(); ++edge)
        for (const Cell& cell : cells) {
            if (cell.first_crossed != edge) continue;
            vertex_at[grid.index(cell.place)] = static_cast<int32_t>(points.size());
            points.push_back(cell.vertex);
        }

    const auto vertex = [&](const Place& place) {
        return grid.contains(place) ? static_cast<int64_t>(vertex_at[grid.index(place)]) : nowhere;
    };
    std::vector<Triangle> faces;
    for (const Plane& plane : planes)
        for (const Cell& cell : cells) {
            const Place beside = moved(cell.place, plane.first);
            const int64_t a = vertex(cell.place), b = vertex(beside), c = vertex(moved(cell.place, plane.second)),
                          d = vertex(moved(beside, plane.second));
            if (b == nowhere || c == nowhere || d == nowhere) continue;
            const bool faces_along = plane.sign * cell.inwards[plane.axis] > 0.0f;
            faces.push_back(faces_along ? Triangle{a, b, d} : Triangle{a, d, b});
            faces.push_back(faces_along ? Triangle{a, d, c} : Triangle{a, c, d});
        }
    return mesh_of(points, faces, grid);
}

}  // namespace easel::inference
