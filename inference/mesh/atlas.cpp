#include "inference/mesh/atlas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace easel::inference {
namespace {

// The colours that plots commonly have, twenty in pairs of a strong and a pale one.
constexpr std::array<std::uint32_t, 20> chart_colors{
    0x1f77b4, 0xaec7e8, 0xff7f0e, 0xffbb78, 0x2ca02c, 0x98df8a, 0xd62728, 0xff9896, 0x9467bd, 0xc5b0d5,
    0x8c564b, 0xc49c94, 0xe377c2, 0xf7b6d2, 0x7f7f7f, 0xc7c7c7, 0xbcbd22, 0xdbdb8d, 0x17becf, 0x9edae5};
constexpr float background = 0.13f;

using FaceEdge = std::pair<int64_t, int64_t>;
using FacesOfEdges = std::map<FaceEdge, std::vector<int64_t>>;

FacesOfEdges faces_of_edges(const Tensor& faces) {
    const auto corner = faces.accessor<int64_t, 2>();
    FacesOfEdges owners;
    for (int64_t face = 0; face < faces.size(0); ++face)
        for (int64_t k = 0; k < 3; ++k)
            owners[std::minmax(corner[face][k], corner[face][(k + 1) % 3])].push_back(face);
    return owners;
}

// The chart of each face; charts are numbered by their first faces.
std::vector<std::size_t> charts_of(const FacesOfEdges& edges, int64_t faces) {
    std::vector<int64_t> first(static_cast<std::size_t>(faces));
    std::iota(first.begin(), first.end(), 0);
    const auto root = [&](int64_t face) {
        while (first[static_cast<std::size_t>(face)] != face)
            face = first[static_cast<std::size_t>(face)] =
                first[static_cast<std::size_t>(first[static_cast<std::size_t>(face)])];
        return face;
    };
    for (const auto& [edge, owners] : edges)
        for (const int64_t face : owners) {
            const auto [low, high] = std::minmax({root(face), root(owners.front())});
            first[static_cast<std::size_t>(high)] = low;
        }
    std::map<int64_t, std::size_t> numbers;
    std::vector<std::size_t> charts;
    for (int64_t face = 0; face < faces; ++face)
        charts.push_back(numbers.try_emplace(root(face), numbers.size()).first->second);
    return charts;
}

// The numbers 0 to count - 1, as NumPy's RandomState shuffles them with the seed 42.
std::vector<std::size_t> shuffled(std::size_t count) {
    constexpr std::uint32_t seed = 42;
    std::mt19937 generator(seed);
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0U);
    for (std::size_t i = count; i-- > 1;) {
        std::uint32_t mask = static_cast<std::uint32_t>(i);
        for (const int shift : {1, 2, 4, 8, 16})
            mask |= mask >> shift;
        std::uint32_t other = 0;
        do
            other = static_cast<std::uint32_t>(generator()) & mask;
        while (other > i);
        std::swap(numbers[i], numbers[other]);
    }
    return numbers;
}

struct Spot {
    float x, y;
};

// What is drawn on.
struct Canvas {
    int64_t side;
    Tensor pixels;
    float* data;

    explicit Canvas(int64_t side_)
        : side(side_), pixels(at::full({side_, side_, 3}, background, at::kFloat)),
          data(pixels.mutable_data_ptr<float>()) {}

    void paint(int64_t x, int64_t y, std::uint32_t color) const {
        for (int64_t channel = 0; channel < 3; ++channel)
            data[(y * side + x) * 3 + channel] = static_cast<float>((color >> (16 - 8 * channel)) & 0xffU) / 255.0f;
    }
};

// Pixels whose middles lie in the triangle.
void fill(const Canvas& canvas, const std::array<Spot, 3>& corners, std::uint32_t color) {
    constexpr float slack = 1e-6f;
    const auto& [a, b, c] = corners;
    const float area = (b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y);
    if (std::abs(area) <= 1e-20f) return;
    const auto pixel = [&](float place) {
        return std::clamp<int64_t>(static_cast<int64_t>(place), 0, canvas.side - 1);
    };
    const auto [left, right] = std::minmax({a.x, b.x, c.x});
    const auto [top, bottom] = std::minmax({a.y, b.y, c.y});
    for (int64_t row = pixel(std::floor(top)); row <= pixel(std::ceil(bottom)); ++row)
        for (int64_t column = pixel(std::floor(left)); column <= pixel(std::ceil(right)); ++column) {
            const float x = static_cast<float>(column) + 0.5f - c.x, y = static_cast<float>(row) + 0.5f - c.y;
            const float first = ((b.y - c.y) * x + (c.x - b.x) * y) / area;
            const float second = ((c.y - a.y) * x + (a.x - c.x) * y) / area;
            if (first >= -slack && second >= -slack && 1.0f - first - second >= -slack)
                canvas.paint(column, row, color);
        }
}

void draw_line(const Canvas& canvas, Spot from, Spot to) {
    const float across = to.x - from.x, down = to.y - from.y;
    const auto steps = static_cast<int64_t>(std::max(std::abs(across), std::abs(down)) + 1.0f);
    for (int64_t i = 0; steps > 1 && i < steps; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(steps - 1);
        const auto x = static_cast<int64_t>(static_cast<double>(from.x) + static_cast<double>(across) * share);
        const auto y = static_cast<int64_t>(static_cast<double>(from.y) + static_cast<double>(down) * share);
        canvas.paint(std::clamp<int64_t>(x, 0, canvas.side - 1), std::clamp<int64_t>(y, 0, canvas.side - 1), 0);
    }
}

}  // namespace

Tensor atlas_picture(const Mesh& mesh, int64_t resolution) {
    const Canvas canvas(resolution);
    const Tensor faces = mesh.faces.contiguous();
    if (faces.size(0) == 0) return canvas.pixels;
    const FacesOfEdges edges = faces_of_edges(faces);
    const std::vector<std::size_t> charts = charts_of(edges, faces.size(0));
    const std::vector<std::size_t> order = shuffled(*std::ranges::max_element(charts) + 1);

    const Tensor places = (mesh.uvs.to(at::kFloat).clamp(0, 1) * static_cast<double>(resolution - 1)).contiguous();
    const auto value = places.accessor<float, 2>();
    const auto corner = faces.accessor<int64_t, 2>();
    const auto place = [&](int64_t vertex) { return Spot{value[vertex][0], value[vertex][1]}; };
    // Where faces lie on each other the first one counts.
    for (int64_t face = faces.size(0); face-- > 0;) {
        const std::size_t chart = charts[static_cast<std::size_t>(face)];
        fill(canvas, {place(corner[face][0]), place(corner[face][1]), place(corner[face][2])},
             chart_colors[order[chart] % chart_colors.size()]);
    }
    for (const auto& [edge, owners] : edges)
        if (owners.size() == 1) draw_line(canvas, place(edge.first), place(edge.second));
    return canvas.pixels;
}

}  // namespace easel::inference
