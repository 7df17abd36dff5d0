#include "inference/splat/surface_nets.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace easel::inference {
namespace {

// Corner c of a cell lies at (c & 1, c >> 1 & 1, c >> 2).
constexpr std::array<std::pair<std::size_t, std::size_t>, 12> cell_edges{
    {{0, 1}, {0, 2}, {0, 4}, {1, 3}, {1, 5}, {2, 3}, {2, 6}, {3, 7}, {4, 5}, {4, 6}, {5, 7}, {6, 7}}};

Tensor table_of(const std::vector<float>& values) { return at::tensor(values, at::kFloat).view({-1, 3}); }
Tensor table_of(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong).view({-1, 3}); }

class SurfaceNet {
public:
    SurfaceNet(const Tensor& volume, float level)
        : volume_(volume.contiguous()), values_(volume_.const_data_ptr<float>()), level_(level), x_(volume.size(0)),
          y_(volume.size(1)), z_(volume.size(2)), corners_(static_cast<std::size_t>(volume.numel()), -1) {}

    Mesh mesh(const Tensor& origin, float voxel) {
        const float* start = origin.const_data_ptr<float>();
        for (int64_t x = 0; x + 1 < x_; ++x)
            for (int64_t y = 0; y + 1 < y_; ++y)
                for (int64_t z = 0; z + 1 < z_; ++z)
                    add_corner({x, y, z}, start, voxel);
        const std::array<int64_t, 3> steps{y_ * z_, z_, 1};
        // The two directions beside each axis in the order that makes the surface face outwards.
        join(0, steps[1], steps[2]);
        join(1, steps[2], steps[0]);
        join(2, steps[0], steps[1]);
        Mesh result;
        result.vertices = table_of(vertices_);
        result.faces = table_of(faces_);
        return result;
    }

private:
    int64_t place(int64_t x, int64_t y, int64_t z) const { return (x * y_ + y) * z_ + z; }
    bool is_inside(int64_t point) const { return values_[point] >= level_; }

    void add_corner(const std::array<int64_t, 3>& cell, const float* origin, float voxel) {
        std::array<float, 8> value{};
        int inside = 0;
        for (std::size_t c = 0; c < 8; ++c) {
            const auto bits = static_cast<int64_t>(c);
            value[c] = values_[place(cell[0] + (bits & 1), cell[1] + (bits >> 1 & 1), cell[2] + (bits >> 2))];
            inside += value[c] >= level_;
        }
        if (inside == 0 || inside == 8) return;
        std::array<float, 3> sum{};
        float crossings = 0;
        for (const auto& [first, second] : cell_edges) {
            if ((value[first] >= level_) == (value[second] >= level_)) continue;
            const float change = value[second] - value[first];
            const float share =
                std::abs(change) > 1e-12f ? std::clamp((level_ - value[first]) / change, 0.0f, 1.0f) : 0.5f;
            for (std::size_t axis = 0; axis < 3; ++axis) {
                const bool from = first >> axis & 1, to = second >> axis & 1;
                sum[axis] += from == to ? static_cast<float>(from) : share;
            }
            crossings += 1;
        }
        corners_[static_cast<std::size_t>(place(cell[0], cell[1], cell[2]))] =
            static_cast<int32_t>(vertices_.size() / 3);
        for (std::size_t axis = 0; axis < 3; ++axis)
            vertices_.push_back(origin[axis] + (static_cast<float>(cell[axis]) + sum[axis] / crossings) * voxel);
    }

    // Every crossing along the axis becomes two triangles between the four cells around it. `one` and `other` are
    // the steps to the neighbours of a cell.
    void join(int64_t axis, int64_t one, int64_t other) {
        const std::array<int64_t, 3> from{axis == 0 ? 0 : 1, axis == 1 ? 0 : 1, axis == 2 ? 0 : 1};
        const int64_t along = axis == 0 ? y_ * z_ : axis == 1 ? z_ : 1;
        std::vector<int64_t> second_halves;
        for (int64_t x = from[0]; x + 1 < x_; ++x)
            for (int64_t y = from[1]; y + 1 < y_; ++y)
                for (int64_t z = from[2]; z + 1 < z_; ++z) {
                    const int64_t here = place(x, y, z);
                    const bool starts_inside = is_inside(here);
                    if (starts_inside == is_inside(here + along)) continue;
                    int64_t left = corner(here - other), right = corner(here - one);
                    if (!starts_inside) std::swap(left, right);
                    const int64_t near = corner(here - one - other), far = corner(here);
                    faces_.insert(faces_.end(), {near, left, far});
                    second_halves.insert(second_halves.end(), {near, far, right});
                }
        faces_.insert(faces_.end(), second_halves.begin(), second_halves.end());
    }

    int64_t corner(int64_t cell) const { return corners_[static_cast<std::size_t>(cell)]; }

    Tensor volume_;
    const float* values_;
    float level_;
    int64_t x_, y_, z_;
    std::vector<int32_t> corners_;  // of each cell; -1 for none
    std::vector<float> vertices_;
    std::vector<int64_t> faces_;
};

// The connected part of each vertex, counted in the order of their first vertices.
std::vector<std::size_t> parts_of(const Mesh& mesh) {
    std::vector<std::size_t> parent(static_cast<std::size_t>(mesh.vertices.size(0)));
    std::iota(parent.begin(), parent.end(), std::size_t{0});
    const auto root = [&](std::size_t vertex) {
        while (parent[vertex] != vertex)
            vertex = parent[vertex] = parent[parent[vertex]];
        return vertex;
    };
    const auto* faces = mesh.faces.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < mesh.faces.size(0); ++i)
        for (int64_t other = 1; other < 3; ++other) {
            const std::size_t a = root(static_cast<std::size_t>(faces[3 * i]));
            const std::size_t b = root(static_cast<std::size_t>(faces[3 * i + other]));
            parent[std::max(a, b)] = std::min(a, b);
        }
    std::vector<std::size_t> part(parent.size());
    std::size_t count = 0;
    for (std::size_t vertex = 0; vertex < parent.size(); ++vertex) {
        const std::size_t first = root(vertex);
        part[vertex] = first == vertex ? count++ : part[first];
    }
    return part;
}

// What is known of a connected part.
struct Part {
    int64_t vertices = 0, faces = 0;
    double volume = 0;  // sixfold; negative where the surface faces inwards
    std::array<float, 3> low, high;

    Part() {
        low.fill(std::numeric_limits<float>::infinity());
        high.fill(-std::numeric_limits<float>::infinity());
    }
    bool lies_within(const Part& other, float tolerance) const {
        for (std::size_t axis = 0; axis < 3; ++axis)
            if (low[axis] < other.low[axis] - tolerance || high[axis] > other.high[axis] + tolerance) return false;
        return true;
    }
};

std::vector<Part> described(const Mesh& mesh, const std::vector<std::size_t>& part) {
    std::vector<Part> parts(*std::ranges::max_element(part) + 1);
    const float* vertices = mesh.vertices.const_data_ptr<float>();
    for (std::size_t i = 0; i < part.size(); ++i) {
        Part& own = parts[part[i]];
        ++own.vertices;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            own.low[axis] = std::min(own.low[axis], vertices[3 * i + axis]);
            own.high[axis] = std::max(own.high[axis], vertices[3 * i + axis]);
        }
    }
    const auto corner = [&](int64_t which) { return mesh.vertices.index_select(0, mesh.faces.select(1, which)); };
    const Tensor volumes = (corner(0) * at::linalg_cross(corner(1), corner(2))).sum(-1).contiguous();
    const float* volume = volumes.const_data_ptr<float>();
    const auto* faces = mesh.faces.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < mesh.faces.size(0); ++i) {
        Part& own = parts[part[static_cast<std::size_t>(faces[3 * i])]];
        ++own.faces;
        own.volume += static_cast<double>(volume[i]);
    }
    return parts;
}

std::vector<char> parts_to_keep(const std::vector<Part>& parts, int64_t fewest) {
    std::vector<char> kept(parts.size());
    std::ranges::transform(parts, kept.begin(), [&](const Part& part) { return part.vertices >= fewest; });
    if (std::ranges::count(kept, 1) <= 1) return kept;
    std::size_t largest = parts.size();
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (kept[i] && (largest == parts.size() || parts[i].faces > parts[largest].faces)) largest = i;
    const Part& outer = parts[largest];
    float extent = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
        extent = std::max(extent, outer.high[axis] - outer.low[axis]);
    const auto sign = [](double x) { return (x > 0) - (x < 0); };
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (i != largest && parts[i].lies_within(outer, 1e-4f * extent) && sign(parts[i].volume) != sign(outer.volume))
            kept[i] = 0;
    return kept;
}

// The vertices that share an edge with each one, in rising order.
std::vector<std::vector<int64_t>> neighbours_in(const Mesh& mesh) {
    std::vector<std::vector<int64_t>> neighbours(static_cast<std::size_t>(mesh.vertices.size(0)));
    const auto* faces = mesh.faces.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < mesh.faces.numel(); ++i) {
        const int64_t here = faces[i], next = faces[i % 3 == 2 ? i - 2 : i + 1];
        neighbours[static_cast<std::size_t>(here)].push_back(next);
        neighbours[static_cast<std::size_t>(next)].push_back(here);
    }
    for (auto& own : neighbours) {
        std::ranges::sort(own);
        const auto rest = std::ranges::unique(own);
        own.erase(rest.begin(), rest.end());
    }
    return neighbours;
}

}  // namespace

Mesh surface_net(const Tensor& volume, float level, const Tensor& origin, float voxel) {
    return SurfaceNet(volume, level).mesh(origin.contiguous(), voxel);
}

Mesh without_floaters(const Mesh& mesh, int64_t fewest) {
    if (mesh.empty()) return mesh;
    const std::vector<std::size_t> part = parts_of(mesh);
    const std::vector<char> kept = parts_to_keep(described(mesh, part), fewest);
    const auto* faces = mesh.faces.const_data_ptr<int64_t>();
    std::vector<int64_t> chosen;
    std::vector<char> is_used(part.size());
    for (int64_t i = 0; i < mesh.faces.size(0); ++i) {
        if (!kept[part[static_cast<std::size_t>(faces[3 * i])]]) continue;
        for (int64_t corner = 0; corner < 3; ++corner) {
            chosen.push_back(faces[3 * i + corner]);
            is_used[static_cast<std::size_t>(chosen.back())] = 1;
        }
    }
    std::vector<int64_t> used, number(part.size());
    for (std::size_t vertex = 0; vertex < is_used.size(); ++vertex) {
        number[vertex] = std::ssize(used);
        if (is_used[vertex]) used.push_back(static_cast<int64_t>(vertex));
    }
    for (int64_t& vertex : chosen)
        vertex = number[static_cast<std::size_t>(vertex)];
    Mesh result;
    result.vertices = mesh.vertices.index_select(0, at::tensor(used, at::kLong));
    result.faces = table_of(chosen);
    return result;
}

Mesh smoothed(const Mesh& mesh, int64_t times) {
    if (times <= 0 || mesh.empty()) return mesh;
    const auto neighbours = neighbours_in(mesh);
    Mesh result = mesh;
    result.vertices = mesh.vertices.contiguous().clone();
    for (int64_t pass = 0; pass < 2 * times; ++pass) {
        const float share = pass % 2 == 0 ? 0.5f : -0.53f;
        const Tensor before = result.vertices.clone();
        const float* from = before.const_data_ptr<float>();
        auto* to = result.vertices.mutable_data_ptr<float>();
        for (std::size_t i = 0; i < neighbours.size(); ++i)
            for (std::size_t axis = 0; axis < 3; ++axis) {
                float sum = 0;
                for (const int64_t other : neighbours[i])
                    sum += from[3 * static_cast<std::size_t>(other) + axis];
                const float mean = sum / std::max(static_cast<float>(neighbours[i].size()), 1.0f);
                to[3 * i + axis] = from[3 * i + axis] + share * (mean - from[3 * i + axis]);
            }
    }
    return result;
}

}  // namespace easel::inference
