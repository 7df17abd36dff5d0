#include "inference/vision/sam3/sam3.hpp"

#include "inference/image/resize.hpp"
#include "inference/vision/sam3/pieces.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace easel::inference {
namespace {

using sam3::picture_side;

constexpr double margin = 0.1;  // around a box that is looked at again

// [height, width, channels] as the networks take it.
Tensor prepared(const Tensor& picture, std::string_view method = "bilinear") {
    const Tensor planes = picture.slice(2, 0, 3).movedim(-1, 0).unsqueeze(0).to(at::kFloat);
    return resize(planes, picture_side, picture_side, method);
}

Tensor inside(const Tensor& mask) { return (mask > 0).to(at::kFloat); }

// The pixel of a picture `length` long where `pixel` of one that is `of` long lies.
int64_t same_place(int64_t pixel, int64_t of, int64_t length) {
    return static_cast<int64_t>(static_cast<double>(pixel) / static_cast<double>(of) * static_cast<double>(length));
}

}  // namespace

std::vector<NamedThing> named_things(const Condition& condition) {
    if (const auto found = condition.attached.find("sam3_things"); found != condition.attached.end())
        if (const auto* named = dynamic_cast<const NamedThings*>(found->second.get())) return named->things;
    const Tensor all = at::ones({condition.cross.size(0), condition.cross.size(1)}, at::kLong);
    return {{.text = condition.cross, .mask = condition.attention_mask.value_or(all)}};
}

Sam3::Sam3(const Weights& w)
    : device_(w.device()), backbone_(w / "detector" / "backbone" / "vision_backbone"), detector_(w / "detector"),
      segmenter_(w / "tracker") {
    if (w.has_part("tracker.sam_mask_decoder") && w.has_part("tracker.interactive_sam_mask_decoder"))
        tracker_.emplace(w / "tracker");
}

// The mask that `prompt` asks for, and then the one that it asks for itself.
Tensor Sam3::segmented(const std::vector<Tensor>& features, const sam3::SegmentPrompt& prompt,
                       int64_t refinements) const {
    Tensor mask = segmenter_(features, prompt);
    for (int64_t i = 1; i < refinements; ++i)
        mask = segmenter_(features, {.mask = mask});
    return mask;
}

// `mask` [height, width], logits of the detector, and what is seen when its box (corners in pixels) is looked at
// closely.
Tensor Sam3::refined(const Tensor& picture, const Tensor& mask, const Tensor& box, int64_t refinements) const {
    const int64_t height = picture.size(0), width = picture.size(1);
    const auto x1 = box[0].item<double>(), y1 = box[1].item<double>(), x2 = box[2].item<double>(),
               y2 = box[3].item<double>();
    const double across = (x2 - x1) * margin, down = (y2 - y1) * margin;
    const auto left = std::max<int64_t>(0, static_cast<int64_t>(x1 - across));
    const auto top = std::max<int64_t>(0, static_cast<int64_t>(y1 - down));
    const auto right = std::min(width, static_cast<int64_t>(x2 + across));
    const auto bottom = std::min(height, static_cast<int64_t>(y2 + down));
    // In float64 a pixel's place may come out just below it, in the reference as well.
    const int64_t first_row = same_place(top, height, height), last_row = same_place(bottom, height, height);
    const int64_t first_column = same_place(left, width, width), last_column = same_place(right, width, width);
    if (refinements <= 0 || right <= left || bottom <= top || last_row <= first_row || last_column <= first_column)
        return inside(mask);

    const Tensor part = picture.slice(0, top, bottom).slice(1, left, right);
    const auto features = backbone_.for_segmentation(backbone_(prepared(part).to(device_)));
    const Tensor rough =
        mask.slice(0, first_row, last_row).slice(1, first_column, last_column).unsqueeze(0).unsqueeze(0);
    const Tensor seen =
        segmented(features, {.mask = sam3::scaled_masks(rough, picture_side, picture_side)}, refinements);
    Tensor result = inside(mask);
    Tensor patch = result.slice(0, top, bottom).slice(1, left, right);
    patch.copy_(at::maximum(patch, inside(sam3::scaled_masks(seen, bottom - top, right - left))[0][0]));
    return result;
}

Sam3::Found Sam3::find(const Tensor& picture, const Request& request) const {
    const int64_t height = picture.size(0), width = picture.size(1);
    const Tensor trunk = backbone_(prepared(picture).to(device_));
    std::vector<Tensor> masks, boxes, scores;
    const auto add_mask = [&](const sam3::SegmentPrompt& prompt) {
        const Tensor mask = segmented(backbone_.for_segmentation(trunk), prompt, request.refinements);
        masks.push_back(inside(sam3::scaled_masks(mask, height, width))[0]);
    };
    if (request.points.defined()) add_mask({.points = request.points, .labels = request.labels});
    if (request.boxes.defined() && request.things.empty())
        for (const Tensor& box : sam3::corners(request.boxes).unbind())
            add_mask({.box = box});

    const Tensor size = at::tensor({width, height, width, height}, trunk.options());
    for (const NamedThing& thing : request.things) {
        const Tensor shown = request.boxes.defined() ? request.boxes.unsqueeze(0).to(trunk.device()) : Tensor();
        const auto found = detector_(backbone_.for_detection(trunk), thing.text.to(trunk.options()),
                                     thing.mask.to(trunk.device()), shown);
        const Tensor likely = found.scores[0].sigmoid();
        const Tensor order = likely.argsort(0, /*descending=*/true);
        const int64_t count = std::min((likely > request.threshold).sum().item<int64_t>(), thing.most);
        for (int64_t rank = 0; rank < count; ++rank) {
            const int64_t query = order[rank].item<int64_t>();
            const Tensor box = found.boxes[0][query] * size;
            boxes.push_back(box.cpu());
            scores.push_back(likely[query].cpu());
            const Tensor large = found.masks[0][query].unsqueeze(0).unsqueeze(0);
            const Tensor mask = sam3::scaled_masks(large, height, width)[0][0];
            masks.push_back(refined(picture, mask, box, request.refinements).unsqueeze(0));
        }
    }
    return {.masks = masks.empty() ? at::zeros({0, height, width}) : at::cat(masks).cpu(),
            .boxes = boxes.empty() ? at::zeros({0, 4}) : at::stack(boxes),
            .scores = scores.empty() ? at::zeros({0}) : at::stack(scores)};
}

ObjectTrack Sam3::track(const Tensor& film, const TrackRequest& request) const {
    if (!tracker_) throw UserError("this SAM 3 cannot follow objects through a film; SAM 3.1 can");
    const int64_t frames = film.size(0);
    sam3::Film::Wish wish{.masks = request.masks,
                          .texts = {},
                          .threshold = request.threshold,
                          .most = request.most,
                          .detect_every = request.detect_every,
                          .frames = frames};
    for (const NamedThing& thing : request.things)
        wish.texts.push_back({.text = thing.text, .mask = thing.mask});
    sam3::Film followed({.backbone = backbone_, .detector = detector_, .segmenter = segmenter_, .tracker = *tracker_},
                        std::move(wish));
    std::vector<Tensor> masks;
    for (int64_t i = 0; i < frames; ++i) {
        const Tensor seen = followed.next(prepared(film[i], "bicubic").to(device_));
        masks.push_back(seen.defined() ? sam3::packed_masks(seen).cpu() : Tensor());
        if (request.progress) request.progress(i + 1);
    }
    ObjectTrack track{
        .masks = {}, .frames = frames, .height = film.size(1), .width = film.size(2), .scores = followed.scores()};
    if (track.scores.empty()) return track;
    track.masks = at::zeros({frames, std::ssize(track.scores), picture_side, picture_side / 8}, at::kByte);
    for (int64_t i = 0; i < frames; ++i)
        if (const Tensor& seen = masks[static_cast<std::size_t>(i)]; seen.defined())
            track.masks[i].narrow(0, 0, seen.size(0)).copy_(seen);
    return track;
}

Tensor Sam3::predict(const NetworkInput&) const {
    throw UserError("this model finds things in pictures and cannot be sampled with; give it to SAM3_Detect");
}

std::size_t Sam3::activation_bytes(at::IntArrayRef) const { return 0; }

TensorMap sam3_tensors(const TensorMap& network) {
    if (!network.contains("detector.backbone.vision_backbone.trunk.blocks.0.attn.qkv.weight")) return {};
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> names{
        {{"tracker.model.", "tracker."},
         {".mlp.lin1.", ".mlp.0."},
         {".mlp.lin2.", ".mlp.2."},
         {".norm_final_attn.", ".norm_final."}}};
    TensorMap result;
    for (const auto& [key, tensor] : network) {
        std::string name = key;
        for (const auto& [theirs, ours] : names)
            if (const auto place = name.find(theirs); place != std::string::npos)
                name.replace(place, theirs.size(), ours);
        result.emplace(std::move(name), tensor);
    }
    return result;
}

}  // namespace easel::inference
