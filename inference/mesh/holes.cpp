#include "inference/mesh/holes.hpp"

#include "inference/mesh/vertices.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

namespace easel::inference {
namespace {

constexpr int64_t most_corners_of_fan = 8;  // from a corner of the rim; larger holes get a vertex in the middle

using RimEdge = std::pair<int64_t, int64_t>;  // from and to, as the face beside it runs

// The edges that belong to one face alone: first those between the first two corners of faces, in their order.
std::vector<RimEdge> rim_edges(const Tensor& faces) {
    const auto corner = faces.accessor<int64_t, 2>();
    std::map<RimEdge, int> uses;
    const auto for_each_edge = [&](const auto& function) {
        for (int64_t k = 0; k < 3; ++k)
            for (int64_t face = 0; face < faces.size(0); ++face)
                function(corner[face][k], corner[face][(k + 1) % 3]);
    };
    for_each_edge([&](int64_t from, int64_t to) { ++uses[std::minmax(from, to)]; });
    std::vector<RimEdge> rim;
    for_each_edge([&](int64_t from, int64_t to) {
        if (uses[std::minmax(from, to)] == 1) rim.emplace_back(from, to);
    });
    return rim;
}

// For each vertex the lowest number among those that edges connect it with.
std::vector<int64_t> lowest_connected(const std::vector<RimEdge>& edges, int64_t vertices) {
    std::vector<int64_t> parents(static_cast<std::size_t>(vertices));
    std::iota(parents.begin(), parents.end(), 0);
    const auto root = [&](int64_t vertex) {
        while (parents[static_cast<std::size_t>(vertex)] != vertex)
            vertex = parents[static_cast<std::size_t>(vertex)] =
                parents[static_cast<std::size_t>(parents[static_cast<std::size_t>(vertex)])];
        return vertex;
    };
    for (const auto& [from, to] : edges) {
        const auto [low, high] = std::minmax({root(from), root(to)});
        parents[static_cast<std::size_t>(high)] = low;
    }
    for (int64_t vertex = 0; vertex < vertices; ++vertex)
        parents[static_cast<std::size_t>(vertex)] = root(vertex);
    return parents;
}

// One connected part of the rim.
struct Hole {
    std::vector<std::size_t> edges;  // by number, rising
    std::set<int64_t> corners;
    float rim_length = 0.0f;
    int64_t middle = -1;  // the number of its new vertex; negative where it needs none

    bool is_closed() const { return corners.size() == edges.size(); }
};

// By the lowest corner.
std::map<int64_t, Hole> holes_of(const std::vector<RimEdge>& rim, const Mesh& mesh) {
    const std::vector<int64_t> lowest = lowest_connected(rim, mesh.vertices.size(0));
    std::vector<int64_t> from, to;
    for (const auto& [first, second] : rim) {
        from.push_back(first);
        to.push_back(second);
    }
    const auto places = [&](const std::vector<int64_t>& ends) {
        return mesh.vertices.index_select(0, at::tensor(ends, at::kLong));
    };
    const Tensor lengths = (places(from) - places(to)).norm(2, 1).contiguous();
    const auto* length = lengths.const_data_ptr<float>();
    std::map<int64_t, Hole> holes;
    for (std::size_t i = 0; i < rim.size(); ++i) {
        Hole& hole = holes[lowest[static_cast<std::size_t>(rim[i].first)]];
        hole.edges.push_back(i);
        hole.corners.insert({rim[i].first, rim[i].second});
        hole.rim_length += length[i];
    }
    return holes;
}

// The mean of `values` [n, k] at a hole's corners, [1, k].
Tensor mean_at(const Tensor& values, const Hole& hole) {
    const std::vector<int64_t> corners(hole.corners.begin(), hole.corners.end());
    Tensor sum = at::zeros({1, values.size(1)}, values.options());
    sum.index_add_(0, at::zeros({static_cast<int64_t>(corners.size())}, at::kLong),
                   values.index_select(0, at::tensor(corners, at::kLong)));
    return sum / static_cast<double>(corners.size());
}

// The two loose ends of a rim that does not close; nothing where there are more or none.
std::optional<std::pair<int64_t, int64_t>> ends_of(const Hole& hole, const std::vector<RimEdge>& rim) {
    std::map<int64_t, int> degrees;
    for (const std::size_t edge : hole.edges) {
        ++degrees[rim[edge].first];
        ++degrees[rim[edge].second];
    }
    std::vector<int64_t> ends;
    for (const auto& [corner, degree] : degrees)
        if (degree == 1) ends.push_back(corner);
    if (ends.size() != 2) return std::nullopt;
    return std::pair{ends[0], ends[1]};
}

Mesh sufficiently_welded(Mesh mesh, double share) {
    constexpr double coarsest = 1e-2;
    mesh = welded(mesh, {.share = share});
    // An unwelded surface has a vertex for each corner of a face.
    while (mesh.vertices.size(0) >= mesh.faces.size(0) && share < coarsest) {
        share = std::min(share * 2.0, coarsest);
        mesh = welded(mesh, {.share = share});
    }
    return mesh;
}

}  // namespace

Mesh with_filled_holes(const Mesh& mesh, const HoleFilling& settings) {
    Mesh result = mesh;
    result.uvs = result.normals = result.tangents = Tensor();
    if (settings.longest_rim <= 0.0 || mesh.faces.size(0) == 0) return result;
    if (settings.weld_share > 0.0) result = sufficiently_welded(std::move(result), settings.weld_share);

    const std::vector<RimEdge> rim = rim_edges(result.faces.contiguous());
    std::map<int64_t, Hole> holes = holes_of(rim, result);
    std::erase_if(holes, [&](const auto& entry) {
        const Hole& hole = entry.second;
        const auto corners = static_cast<int64_t>(hole.corners.size());
        return corners < 3 || corners > settings.most_corners ||
               hole.rim_length >= static_cast<float>(settings.longest_rim) ||
               !(hole.is_closed() || settings.fills_chains);
    });
    if (holes.empty()) return result;

    std::vector<Tensor> vertices{result.vertices}, colors{result.colors};
    int64_t count = result.vertices.size(0);
    std::map<std::size_t, std::pair<int64_t, const Hole*>> by_edge;  // the hole's lowest corner, and the hole
    for (auto& [lowest, hole] : holes) {
        if (static_cast<int64_t>(hole.corners.size()) > most_corners_of_fan) {
            hole.middle = count++;
            vertices.push_back(mean_at(result.vertices, hole));
            if (result.colors.defined()) colors.push_back(mean_at(result.colors, hole));
        }
        for (const std::size_t edge : hole.edges)
            by_edge[edge] = {lowest, &hole};
    }

    // Turned against the rim, so that new faces look where their neighbours do.
    std::vector<int64_t> around_middles, around_corners;
    for (const auto& [edge, owner] : by_edge) {
        const auto& [lowest, hole] = owner;
        const auto [from, to] = rim[edge];
        if (hole->middle >= 0)
            around_middles.insert(around_middles.end(), {to, from, hole->middle});
        else if (from != lowest && to != lowest)
            around_corners.insert(around_corners.end(), {to, from, lowest});
    }
    std::vector<int64_t> added = std::move(around_middles);
    added.insert(added.end(), around_corners.begin(), around_corners.end());
    if (settings.fills_chains)
        for (const auto& [lowest, hole] : holes)
            if (hole.middle >= 0)
                if (const auto ends = ends_of(hole, rim))
                    added.insert(added.end(), {ends->first, ends->second, hole.middle});

    result.vertices = at::cat(vertices);
    result.faces = at::cat({result.faces, at::tensor(added, at::kLong).view({-1, 3})});
    if (result.colors.defined()) result.colors = at::cat(colors);
    return result;
}

}  // namespace easel::inference
