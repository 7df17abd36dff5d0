#include "inference/vision/face/face_landmarker.hpp"

#include "base/error.hpp"
#include "inference/vision/face/missing_faces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace easel::inference {
namespace {

constexpr int64_t mesh_side = 192, point_count = 478;
constexpr std::array mesh_halvings{2, 5, 8, 11, 14};
// How much more than the detector's box is looked at.
constexpr float margin = 1.5f;

// Where pixels of a square picture lie in the picture that it is cut from.
struct Crop {
    double x, y, width, height, angle = 0.0;  // of the middle; turned by the angle
};

// `picture` [3, h, w] at `x` and `y` [rows, columns], in pixels from the middle of the first one: [1, 3, rows,
// columns]. Beyond the edge are zeros, or what is at the edge.
enum class Beyond { zeros = 0, edge = 1 };
Tensor sampled(const Tensor& picture, const Tensor& x, const Tensor& y, Beyond beyond) {
    const auto share = [](const Tensor& place, int64_t size) {
        return (place * 2.0 + 1.0) / static_cast<double>(size) - 1.0;
    };
    const Tensor grid = at::stack({share(x, picture.size(2)), share(y, picture.size(1))}, -1).unsqueeze(0);
    return at::grid_sampler(picture.unsqueeze(0), grid, /*bilinear*/ 0, static_cast<int64_t>(beyond), false);
}

Tensor cut_out(const Tensor& picture, const Crop& crop, int64_t side, Beyond beyond) {
    const double size = static_cast<double>(side);
    const Tensor steps = at::arange(side, picture.options()) - size * 0.5;
    const Tensor along = steps.expand({side, side}) * (crop.width / size);
    const Tensor down = steps.unsqueeze(1).expand({side, side}) * (crop.height / size);
    const double cosine = std::cos(crop.angle), sine = std::sin(crop.angle);
    return sampled(picture, along * cosine + crop.x - down * sine, along * sine + crop.y + down * cosine, beyond);
}

// The whole picture in a square.
Crop square_around(const Tensor& picture) {
    const auto height = static_cast<double>(picture.size(1)), width = static_cast<double>(picture.size(2));
    const double side = std::max(width, height);
    return {.x = width * 0.5, .y = height * 0.5, .width = side, .height = side};
}

// What the points are looked for in: the box and a margin, turned so that the eyes are level. (detect_batch,
// _detection_to_face_rect)
Crop face_crop(const face::Detection& found, const Crop& seen, const Tensor& picture) {
    const auto height = static_cast<float>(picture.size(1)), width = static_cast<float>(picture.size(2));
    const float size = static_cast<float>(seen.width);
    const float begin_x = static_cast<float>(seen.x - seen.width * 0.5),
                begin_y = static_cast<float>(seen.y - seen.width * 0.5);
    const auto share_x = [&](float x) { return (begin_x + size * x) / width; };
    const auto share_y = [&](float y) { return (begin_y + size * y) / height; };
    const float left = share_x(found.box[0]), top = share_y(found.box[1]);
    const float right = share_x(found.box[2]), bottom = share_y(found.box[3]);
    const float eyes_x = share_x(found.places[0]) * width - share_x(found.places[2]) * width;
    const float eyes_y = share_y(found.places[1]) * height - share_y(found.places[3]) * height;
    return {.x = (left + right) * 0.5f * width,
            .y = (top + bottom) * 0.5f * height,
            .width = (right - left) * width * margin,
            .height = (bottom - top) * height * margin,
            .angle = -std::atan2(static_cast<double>(eyes_y), static_cast<double>(-eyes_x))};
}

std::shared_ptr<const FaceParts> face_parts(const Weights& w) {
    FaceParts parts;
    for (const std::string& name : w.keys()) {
        const Tensor pairs = w[name].stored().to(at::kCPU, at::kLong).contiguous();
        if (pairs.dim() != 2 || pairs.size(1) != 2 || pairs.lt(0).any().item<bool>() ||
            pairs.ge(point_count).any().item<bool>())
            throw ModelError(w.origin() + " has lines of the face part " + name + " that do not connect its points");
        auto& lines = parts[name];
        for (int64_t i = 0; i < pairs.size(0); ++i)
            lines.emplace_back(pairs[i][0].item<int64_t>(), pairs[i][1].item<int64_t>());
    }
    return std::make_shared<const FaceParts>(std::move(parts));
}

}  // namespace

FaceLandmarker::Mesh::Mesh(const Weights& w)
    : stem(w / "stem", 2), stem_slope(w / "prelu_stem"), reduce(w / "head_reduce"),
      reduce_slope(w / "prelu_head_reduce"), head(w / "head_block", 1), points(w / "head_landmarks") {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks.emplace_back(w / "blocks" / i, std::ranges::find(mesh_halvings, i) == mesh_halvings.end() ? 1 : 2);
}

Tensor FaceLandmarker::Mesh::operator()(const Tensor& picture) const {
    Tensor x = stem_slope(stem(face::padded_for(picture, 3, 2)));
    for (const face::BlazeBlock& block : blocks)
        x = block(x);
    return points(head(reduce_slope(reduce(x)))).reshape({point_count, 3});
}

TensorMap FaceLandmarker::tensors(const TensorMap& file) {
    for (const char* key : {"detector_short.stem.weight", "detector_full.stem.weight", "mesh.head_landmarks.weight",
                            "topology.face_oval"})
        if (!file.contains(key)) return {};
    return file;
}

FaceLandmarker::FaceLandmarker(const Weights& w)
    : weights_(w), near_(w / "detector_short"), far_(w / "detector_full"), mesh_(w / "mesh"),
      parts_(face_parts(w / "topology")) {}

std::vector<Face> FaceLandmarker::faces_on(const Tensor& picture, const face::Detector& detector,
                                           const FaceSearch& search) const {
    const Crop square = square_around(picture);
    const Tensor seen = cut_out(picture, square, detector.side(), Beyond::zeros) / 127.5 - 1.0;
    auto found = detector(seen, search.least_score);
    if (search.most_faces > 0 && std::ssize(found) > search.most_faces)
        found.resize(static_cast<std::size_t>(search.most_faces));
    std::vector<Face> faces;
    for (const face::Detection& one : found) {
        const Crop crop = face_crop(one, square, picture);
        const Tensor at = mesh_(cut_out(picture / 255.0, crop, mesh_side, Beyond::edge)) - mesh_side * 0.5;
        const double scale = 1.0 / mesh_side, cosine = std::cos(crop.angle), sine = std::sin(crop.angle);
        const Tensor u = at.select(1, 0), v = at.select(1, 1);
        const Tensor x = u * (crop.width * scale * cosine) + crop.x - v * (crop.height * scale * sine);
        const Tensor y = u * (crop.width * scale * sine) + crop.y + v * (crop.height * scale * cosine);
        const Tensor points = at::stack({x, y}, -1).to(at::kCPU, at::kFloat).contiguous();
        Face face{.box = {}, .points = {}, .score = static_cast<double>(one.score)};
        for (int64_t i = 0; i < points.size(0); ++i)
            face.points.push_back({points.const_data_ptr<float>()[2 * i], points.const_data_ptr<float>()[2 * i + 1]});
        constexpr float far = std::numeric_limits<float>::infinity();
        face.box = {far, far, -far, -far};
        for (const auto& point : face.points)
            for (std::size_t axis = 0; axis < 2; ++axis) {
                face.box[axis] = std::min(face.box[axis], point[axis]);
                face.box[axis + 2] = std::max(face.box[axis + 2], point[axis]);
            }
        faces.push_back(std::move(face));
    }
    return faces;
}

FaceLandmarks FaceLandmarker::operator()(const Tensor& pictures, const FaceSearch& search,
                                         const std::function<void(int64_t done, int64_t total)>& on_frame) const {
    const int64_t count = pictures.size(0), looks = search.range == FaceRange::both ? 2 : 1;
    FaceLandmarks seen{.frames = {}, .width = pictures.size(2), .height = pictures.size(1), .parts = parts_};
    for (int64_t i = 0; i < count; ++i) {
        const Tensor bytes = (pictures[i].slice(-1, 0, 3) * 255.0 + 0.5).clamp(0, 255).to(at::kByte);
        const Tensor picture = bytes.to(weights_.device(), at::kFloat).movedim(-1, 0).contiguous();
        std::vector<Face> faces;
        if (search.range != FaceRange::far) faces = faces_on(picture, near_, search);
        if (search.range != FaceRange::near) {
            auto far = faces_on(picture, far_, search);
            if (search.range == FaceRange::far || far.size() > faces.size()) faces = std::move(far);
        }
        seen.frames.push_back(std::move(faces));
        on_frame((i + 1) * looks, count * looks);
    }
    face::fill_missing(seen.frames, search.missing);
    return seen;
}

}  // namespace easel::inference
