#include "inference/vision/rt_detr/rt_detr.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr int64_t side = 640;  // of the pictures that it was trained on
constexpr int64_t batch_size = 32;

}  // namespace

const std::array<std::string_view, 80> coco_classes{
    "person",         "bicycle",    "car",           "motorcycle",    "airplane",     "bus",           "train",
    "truck",          "boat",       "traffic light", "fire hydrant",  "stop sign",    "parking meter", "bench",
    "bird",           "cat",        "dog",           "horse",         "sheep",        "cow",           "elephant",
    "bear",           "zebra",      "giraffe",       "backpack",      "umbrella",     "handbag",       "tie",
    "suitcase",       "frisbee",    "skis",          "snowboard",     "sports ball",  "kite",          "baseball bat",
    "baseball glove", "skateboard", "surfboard",     "tennis racket", "bottle",       "wine glass",    "cup",
    "fork",           "knife",      "spoon",         "bowl",          "banana",       "apple",         "sandwich",
    "orange",         "broccoli",   "carrot",        "hot dog",       "pizza",        "donut",         "cake",
    "chair",          "couch",      "potted plant",  "bed",           "dining table", "toilet",        "tv",
    "laptop",         "mouse",      "remote",        "keyboard",      "cell phone",   "microwave",     "oven",
    "toaster",        "sink",       "refrigerator",  "book",          "clock",        "vase",          "scissors",
    "teddy bear",     "hair drier", "toothbrush"};

RtDetr::RtDetr(const Weights& w) : backbone_(w / "backbone"), encoder_(w / "encoder"), decoder_(w / "decoder") {}

rt_detr::Decoder::Result RtDetr::operator()(const Tensor& pictures) const {
    return decoder_(encoder_(backbone_(pictures)));
}

std::vector<std::vector<Detection>> RtDetr::detect(const Tensor& pixels, double threshold) const {
    const auto height = static_cast<double>(pixels.size(1)), width = static_cast<double>(pixels.size(2));
    std::vector<std::vector<Detection>> all;
    for (int64_t first = 0; first < pixels.size(0); first += batch_size) {
        const int64_t count = std::min(batch_size, pixels.size(0) - first);
        const auto [logits, boxes] =
            (*this)(resize(pixels.narrow(0, first, count).movedim(-1, 1), side, side, "bilinear"));
        const Tensor scale = at::tensor({width, height, width, height}, boxes.options());
        const Tensor half = boxes.narrow(-1, 2, 2) * 0.5, centre = boxes.narrow(-1, 0, 2);
        const Tensor corners = (at::cat({centre - half, centre + half}, -1) * scale).cpu();
        const auto [scores, places] = at::topk(at::sigmoid(logits).flatten(1).cpu(), boxes.size(1), -1);
        for (int64_t i = 0; i < count; ++i) {
            auto& seen = all.emplace_back();
            for (int64_t rank = 0; rank < boxes.size(1); ++rank) {
                const double score = scores[i][rank].item<double>();
                if (!(score > threshold)) break;
                const int64_t place = places[i][rank].item<int64_t>();
                const Tensor box = corners[i][place / decoder_.classes()];
                const auto at_corner = [&](int64_t n) { return box[n].item<float>(); };
                seen.push_back({.x = at_corner(0),
                                .y = at_corner(1),
                                .width = at_corner(2) - at_corner(0),
                                .height = at_corner(3) - at_corner(1),
                                .label = static_cast<std::size_t>(place % decoder_.classes()),
                                .score = score});
            }
        }
    }
    return all;
}

Tensor RtDetr::predict(const NetworkInput&) const {
    throw UserError("this model finds things in pictures and cannot be sampled with; give it to a detection node");
}

std::size_t RtDetr::activation_bytes(at::IntArrayRef) const { return 0; }

}  // namespace easel::inference
