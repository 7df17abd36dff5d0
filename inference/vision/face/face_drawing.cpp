#include "inference/vision/face/face_drawing.hpp"

#include "base/error.hpp"
#include "inference/image/shapes.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace easel::inference {
namespace {

using Lines = std::vector<std::pair<int64_t, int64_t>>;

const Lines& lines_of(const FaceLandmarks& faces, std::string_view part) {
    const auto found = faces.parts->find(part);
    if (found == faces.parts->end())
        throw UserError("the face detection model has no lines of the part " + std::string(part));
    return found->second;
}

// The numbers of points around each loop of `lines`; several loops may make up a part. (_ordered_rings)
std::vector<std::vector<int64_t>> rings_of(const Lines& lines) {
    std::map<int64_t, std::set<int64_t>> neighbours;
    for (const auto& [a, b] : lines) {
        neighbours[a].insert(b);
        neighbours[b].insert(a);
    }
    std::vector<std::vector<int64_t>> rings;
    std::set<int64_t> seen;
    for (const auto& [start, around] : neighbours) {
        if (seen.contains(start)) continue;
        std::vector<int64_t>& ring = rings.emplace_back();
        int64_t before = -1;
        std::optional<int64_t> at = start;
        while (at && seen.insert(*at).second) {
            ring.push_back(*at);
            const auto& next = neighbours.at(*at);
            const auto other = std::ranges::find_if(next, [&](int64_t point) { return point != before; });
            before = *at;
            at = other == next.end() ? std::nullopt : std::optional(*other);
        }
    }
    return rings;
}

std::vector<std::vector<int64_t>> rings_of_parts(const FaceLandmarks& faces, std::span<const std::string_view> parts) {
    std::vector<std::vector<int64_t>> rings;
    for (const std::string_view part : parts)
        std::ranges::copy(rings_of(lines_of(faces, part)), std::back_inserter(rings));
    return rings;
}

PlanePoint place(const Face& face, int64_t point) {
    const auto& at = face.points[static_cast<std::size_t>(point)];
    return {.x = at[0], .y = at[1]};
}

void fill_rings(ShapePainter& painter, const Face& face, const std::vector<std::vector<int64_t>>& rings) {
    for (const auto& ring : rings) {
        std::vector<PlanePoint> corners;
        for (const int64_t point : ring)
            corners.push_back(place(face, point));
        painter.polygon(corners);
    }
}

void draw_points(ShapePainter& painter, const Face& face, int64_t size) {
    const double radius = static_cast<double>(size) * 0.5;
    for (int64_t i = 0; i < std::ssize(face.points); ++i) {
        const PlanePoint at = place(face, i);
        if (size == 1)
            painter.point(at);
        else
            painter.disc({at.x - radius, at.y - radius}, {at.x + radius, at.y + radius});
    }
}

}  // namespace

Tensor face_masks(const FaceLandmarks& faces, std::span<const std::string_view> parts) {
    const auto rings = rings_of_parts(faces, parts);
    std::vector<Tensor> masks;
    for (const auto& frame : faces.frames) {
        const Tensor mask = at::zeros({faces.height, faces.width, 1}, at::kByte);
        ShapePainter painter(mask, {1});
        for (const Face& face : frame)
            fill_rings(painter, face, rings);
        masks.push_back(mask.squeeze(-1));
    }
    return at::stack(masks).to(at::kFloat);
}

Tensor drawn_faces(const FaceLandmarks& faces, const Tensor& pictures, std::span<const std::string_view> parts,
                   const FaceStyle& style) {
    const auto frames = static_cast<int64_t>(faces.frames.size());
    Tensor drawn = pictures.defined()
                       ? (pictures.slice(-1, 0, 3) * 255.0 + 0.5).clamp(0, 255).to(at::kByte).contiguous()
                       : at::zeros({frames, faces.height, faces.width, 3}, at::kByte);
    const auto rings = style.is_filled ? rings_of_parts(faces, parts) : std::vector<std::vector<int64_t>>{};
    for (int64_t i = 0; i < std::min(drawn.size(0), frames); ++i) {
        ShapePainter painter(drawn[i], {style.ink.begin(), style.ink.end()});
        for (const Face& face : faces.frames[static_cast<std::size_t>(i)]) {
            fill_rings(painter, face, rings);
            if (style.is_filled) continue;
            if (style.line_width > 0)
                for (const std::string_view part : parts)
                    for (const auto& [from, to] : lines_of(faces, part))
                        painter.line(place(face, from), place(face, to), style.line_width);
            if (style.point_size > 0) draw_points(painter, face, style.point_size);
        }
    }
    return drawn.to(at::kFloat) / 255.0;
}

}  // namespace easel::inference
