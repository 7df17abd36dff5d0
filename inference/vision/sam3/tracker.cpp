#include "inference/vision/sam3/tracker.hpp"

#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::sam3 {
namespace {

constexpr int64_t most_pointers = 16;
constexpr int64_t remembered_side = 1152;
constexpr double behind = -10.0;    // the logit of what lies behind another object
constexpr double least_rest = 0.3;  // of an object that others may hide before it counts as hidden

Tensor cells_of(const Tensor& picture) { return picture.flatten(2).transpose(1, 2); }

// Sines, then cosines, [n, dim] of numbers [n].
Tensor step_waves(const Tensor& numbers, int64_t dim) {
    const int64_t half = dim / 2;
    const Tensor exponents = at::arange(half, numbers.options()).div(2.0, "floor") * (2.0 / static_cast<double>(half));
    const Tensor angles = numbers.unsqueeze(-1) / at::pow(10000.0, exponents);
    return at::cat({angles.sin(), angles.cos()}, -1);
}

// Of objects that overlap the one in front counts; those of which too little is left then are out of sight.
Tensor in_front(const Tensor& masks) {
    const int64_t objects = masks.size(0);
    if (objects < 2) return masks;
    const Tensor flat = masks.squeeze(1);
    const Tensor numbers = at::arange(objects, flat.options().dtype(at::kLong)).view({-1, 1, 1});
    const Tensor own = at::where(flat.argmax(0, /*keepdim=*/true) == numbers, flat, flat.clamp_max(behind));
    const auto area = [](const Tensor& x) { return (x > 0).sum(at::IntArrayRef{-1, -2}).to(at::kFloat); };
    const Tensor is_enough = area(own) / area(flat).clamp_min(1) >= least_rest;
    return at::where(is_enough.view({-1, 1, 1, 1}), masks, masks.clamp_max(behind));
}

}  // namespace

TrackedPicture::TrackedPicture(std::vector<Tensor> features_)
    : features(std::move(features_)), places(cell_waves(features.back().size(2), features.back().size(3),
                                                        features.back().size(1), features.back().options())) {}

Tracker::Tracker(const Weights& w)
    : attention_(w / "transformer" / "encoder"), encoder_(w / "maskmem_backbone"), steps_(w["maskmem_tpos_enc"]),
      unseen_(w["no_obj_embed_spatial"]), occupied_(w["output_valid_embed"]), unoccupied_(w["output_invalid_embed"]),
      pointer_(w / "obj_ptr_proj"), prompted_pointer_(w / "interactive_obj_ptr_proj"),
      pointer_step_(w / "obj_ptr_tpos_proj"), unseen_pointer_(w / "no_obj_ptr_linear"),
      prompted_shrink_(w / "interactive_mask_downsample", 4, 0), waves_(w / "image_pe_layer"),
      decoder_(w / "sam_mask_decoder"), object_tokens_(w["sam_mask_decoder.obj_score_token.weight"]),
      quality_tokens_(w["sam_mask_decoder.iou_token.weight"]), mask_tokens_(w["sam_mask_decoder.mask_tokens.weight"]),
      quality_(w / "sam_mask_decoder" / "iou_prediction_head"),
      object_score_(w / "sam_mask_decoder" / "pred_obj_score_head") {
    mask_filters_ = blocks_of<Perceptron>(w / "sam_mask_decoder" / "output_hypernetworks_mlps");
}

int64_t Tracker::reach() const { return std::max(steps_.size(0), most_pointers); }

// Of objects [n, dim]; those that are not seen ([n, 1]) get what a layer makes of their pointer instead.
Tensor Tracker::pointed(const Tensor& pointers, const Tensor& is_seen) const {
    return at::where(is_seen, pointers, unseen_pointer_(pointers));
}

TrackedFrame Tracker::shown(const TrackedPicture& picture, const std::vector<Tensor>& prompted,
                            const Segmenter& segmenter, const Tensor& masks) const {
    constexpr double certainty = 20.0;
    const Tensor& coarse = picture.features.back();
    TrackedFrame frame;
    frame.large_masks = masks * certainty - certainty / 2;
    frame.masks = smoothed_masks(frame.large_masks, coarse.size(2) * 4, coarse.size(3) * 4);
    std::vector<Tensor> pointers;
    for (int64_t i = 0; i < masks.size(0); ++i) {
        const auto object = segmenter.object(prompted, prompted_shrink_(masks.narrow(0, i, 1)));
        const Tensor is_seen = at::full({1, 1}, object.is_seen, masks.options().dtype(at::kBool));
        pointers.push_back(pointed(prompted_pointer_(object.token), is_seen));
    }
    const Tensor is_given = (masks > 0).flatten(1).any(1, /*keepdim=*/true);
    frame.pointers = into_buckets(at::cat(pointers), object_tokens_.size(0));
    frame.memory = encoded(coarse, frame.large_masks.sigmoid(), is_given, at::ones({masks.size(0)}, masks.options()));
    frame.picture = cells_of(coarse);
    frame.places = picture.places;
    return frame;
}

// `strengths` [objects, 1, height, width] in 0..1, `is_seen` [objects, 1].
Tensor Tracker::encoded(const Tensor& picture, const Tensor& strengths, const Tensor& is_seen,
                        const Tensor& trusted) const {
    const int64_t size = object_tokens_.size(0);
    const Tensor masks = into_buckets((strengths * 2.0 - 1.0).squeeze(1), size);
    const Tensor trust = into_buckets(trusted.view({-1, 1, 1}), size).expand(masks.sizes());
    const Tensor hidden = 1.0 - into_buckets(is_seen.to(strengths.scalar_type()), size);  // [buckets, size, 1]
    const Tensor marks = (hidden * unseen_.like(strengths)).sum(1);
    return cells_of(encoder_(picture, at::cat({masks, trust}, 1))) + marks.unsqueeze(1);
}

void Tracker::remember(TrackedFrame& frame, const TrackedPicture& picture, const Tensor& trusted) const {
    const Tensor masks = scaled_masks(in_front(frame.masks), remembered_side, remembered_side);
    const Tensor is_seen = (masks > 0).flatten(1).any(1, /*keepdim=*/true);
    frame.memory = encoded(picture.features.back(), masks.sigmoid(), is_seen, trusted);
}

// Where pointers stand that are so many frames old: [1, count, dim].
Tensor Tracker::steps_back(const std::vector<int64_t>& steps, int64_t most, const Tensor& like) const {
    const Tensor numbers =
        at::tensor(steps, at::kLong).to(like.options()) / static_cast<double>(std::max<int64_t>(1, most - 1));
    return pointer_step_(step_waves(numbers, like.size(2))).unsqueeze(0);
}

Memories Tracker::memories(const TrackedHistory& history, const Tensor& like, int64_t index, int64_t frames,
                           int64_t buckets) const {
    const int64_t kept = steps_.size(0);
    std::vector<Tensor> cells, pictures, places, pointers;
    const auto add = [&](const TrackedFrame& past, int64_t step) {
        cells.push_back(with_buckets(past.memory, buckets));
        pictures.push_back(past.picture);
        places.push_back(past.places + steps_.like(like)[step]);
    };
    for (const auto& [shown_at, past] : history.shown) {
        const int64_t back = index - shown_at;
        add(past, back > 0 && back < kept ? kept - back - 1 : kept - 1);
    }
    for (int64_t back = kept - 1; back > 0; --back)
        if (const auto past = history.followed.find(index - back); past != history.followed.end())
            add(past->second, back - 1);

    const int64_t most = std::min(frames, most_pointers);
    std::vector<int64_t> ages;
    const auto point = [&](const TrackedFrame& past, int64_t age) {
        pointers.push_back(with_buckets(past.pointers, buckets));
        ages.push_back(age);
    };
    for (const auto& [shown_at, past] : history.shown)
        point(past, index - shown_at);
    for (int64_t back = 1; back < most; ++back)
        if (const auto past = history.followed.find(index - back); past != history.followed.end())
            point(past->second, back);
    const Tensor pointer_places =
        steps_back(ages, most, like).repeat_interleave(object_tokens_.size(0), 1).expand({buckets, -1, -1});
    return {.cells = at::cat(cells, 1),
            .pictures = at::cat(pictures, 1),
            .places = at::cat(places, 1),
            .pointers = at::cat(pointers, 1),
            .pointer_places = pointer_places};
}

TrackedFrame Tracker::followed(const TrackedPicture& picture, const TrackedHistory& history, int64_t index,
                               int64_t frames, int64_t objects) const {
    const Tensor& coarse = picture.features.back();
    const int64_t size = object_tokens_.size(0), buckets = (objects + size - 1) / size;
    const int64_t height = coarse.size(2), width = coarse.size(3), dim = coarse.size(1);
    TrackedFrame frame;
    frame.picture = cells_of(coarse);
    frame.places = picture.places;
    const Tensor cells = attention_(frame.picture, frame.places,
                                    memories(history, frame.picture, index, frames, buckets), height, width);
    const Tensor seen = cells.transpose(1, 2).reshape({buckets, dim, height, width});

    // Each object has several masks to choose from; what they are asked with says whether its place is taken.
    const int64_t choices = mask_tokens_.size(0) / size;
    const Tensor taken = into_buckets(at::ones({objects, 1}, coarse.options()), size);
    const Tensor marks = taken * occupied_.like(coarse) + (1.0 - taken) * unoccupied_.like(coarse);
    const Tensor asked = mask_tokens_.like(coarse).view({1, size, choices, dim}) + marks.unsqueeze(2);
    const auto [tokens, fine] =
        decoder_(at::cat({rows(object_tokens_, seen), rows(quality_tokens_, seen), asked.flatten(1, 2)}, 1), seen,
                 waves_.of_cells(height, width, coarse.options()), picture.features);

    const Tensor answers = from_buckets(tokens.slice(1, 2 * size).unflatten(1, {size, choices}), objects);
    const Tensor is_seen = from_buckets(object_score_(tokens.narrow(1, 0, size)), objects) > 0;  // [objects, 1]
    const Tensor best = from_buckets(quality_(tokens.narrow(1, size, size)), objects).argmax(1);
    std::vector<Tensor> masks;
    for (int64_t i = 0; i < objects; ++i) {
        const int64_t choice = best[i].item<int64_t>();
        const Tensor filter = mask_filters_[static_cast<std::size_t>(choice)](answers[i][choice]);
        masks.push_back(at::matmul(filter, fine[i / size].flatten(1)).view({1, fine.size(2), fine.size(3)}));
    }
    frame.masks = at::stack(masks).masked_fill(is_seen.view({-1, 1, 1, 1}).logical_not(), no_object);
    frame.large_masks = scaled_masks(frame.masks, picture_side, picture_side);
    frame.pointers = into_buckets(pointed(pointer_(answers.select(1, 0)), is_seen), size);
    return frame;
}

}  // namespace easel::inference::sam3
