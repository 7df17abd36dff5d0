#include "inference/vision/sam3/segmenter.hpp"

#include "inference/weights/blocks_of.hpp"

#include <string>

namespace easel::inference::sam3 {
namespace {

// The tokens of the decoder stand in this order.
constexpr int64_t object_place = 0, quality_place = 1, masks_place = 2;

// The part that takes prompts, where there is another that does not. (SAM 3.1)
Weights interactive(const Weights& tracker, const std::string& part) {
    const std::string own = "interactive_" + part;
    return tracker.has_part(own) ? tracker / own : tracker / part;
}

}  // namespace

Segmenter::Segmenter(const Weights& w)
    : nothing_remembered_(w.contains("interactivity_no_mem_embed") ? w["interactivity_no_mem_embed"]
                                                                   : w["no_mem_embed"]),
      waves_(interactive(w, "sam_prompt_encoder") / "pe_layer"),
      no_point_(interactive(w, "sam_prompt_encoder")["not_a_point_embed.weight"]),
      no_mask_(interactive(w, "sam_prompt_encoder")["no_mask_embed.weight"]),
      mask_first_(interactive(w, "sam_prompt_encoder") / "mask_downscaling" / 0, 2, 0),
      mask_second_(interactive(w, "sam_prompt_encoder") / "mask_downscaling" / 3, 2, 0),
      mask_last_(interactive(w, "sam_prompt_encoder") / "mask_downscaling" / 6),
      mask_norm1_(interactive(w, "sam_prompt_encoder") / "mask_downscaling" / 1),
      mask_norm2_(interactive(w, "sam_prompt_encoder") / "mask_downscaling" / 4),
      object_token_(interactive(w, "sam_mask_decoder")["obj_score_token.weight"]),
      quality_token_(interactive(w, "sam_mask_decoder")["iou_token.weight"]),
      mask_tokens_(interactive(w, "sam_mask_decoder")["mask_tokens.weight"]),
      decoder_(interactive(w, "sam_mask_decoder")),
      quality_(interactive(w, "sam_mask_decoder") / "iou_prediction_head"),
      object_score_(interactive(w, "sam_mask_decoder") / "pred_obj_score_head") {
    const Weights prompts = interactive(w, "sam_prompt_encoder") / "point_embeddings";
    for (int64_t i = 0; i < prompts.count(); ++i)
        point_kinds_.push_back((prompts / i)["weight"]);
    mask_filters_ = blocks_of<Perceptron>(interactive(w, "sam_mask_decoder") / "output_hypernetworks_mlps");
}

// At least one token says that there is no point, a second one that there is no box. Places are those of pixels'
// middles.
Tensor Segmenter::prompt_tokens(const SegmentPrompt& prompt, const Tensor& like) const {
    constexpr double half_a_pixel = 0.5 / static_cast<double>(picture_side);
    const auto waves_at = [&](const Tensor& places) { return waves_(places.to(like.options()) + half_a_pixel); };
    std::vector<Tensor> tokens;
    if (prompt.points.defined()) {
        const Tensor kinds = at::cat({point_kinds_[0].like(like), point_kinds_[1].like(like)});
        tokens.push_back(waves_at(prompt.points) + kinds.index_select(0, prompt.labels.to(like.device())));
    } else {
        tokens.push_back(no_point_.like(like));
    }
    if (prompt.box.defined())
        tokens.push_back(waves_at(prompt.box.view({2, 2})) +
                         at::cat({point_kinds_[2].like(like), point_kinds_[3].like(like)}));
    else
        tokens.push_back(no_point_.like(like));
    return at::cat(tokens).unsqueeze(0);
}

// What a rough mask adds to the picture's cells.
Tensor Segmenter::rough(const Tensor& mask, const Tensor& picture) const {
    if (!mask.defined()) return no_mask_.like(picture).view({1, -1, 1, 1});
    const Tensor fitting = smoothed_masks(mask, picture.size(2) * 4, picture.size(3) * 4);
    const Tensor x = at::gelu(over_channels(mask_norm1_, mask_first_(fitting)));
    return mask_last_(at::gelu(over_channels(mask_norm2_, mask_second_(x))));
}

TwoWay::Seen Segmenter::looked(const std::vector<Tensor>& features, const SegmentPrompt& prompt) const {
    const Tensor& coarse = features.back();
    const Tensor picture = coarse + nothing_remembered_.like(coarse).view({1, -1, 1, 1}) + rough(prompt.mask, coarse);
    const Tensor tokens = at::cat({rows(object_token_, coarse), rows(quality_token_, coarse),
                                   rows(mask_tokens_, coarse), prompt_tokens(prompt, coarse)},
                                  1);
    return decoder_(tokens, picture, waves_.of_cells(coarse.size(2), coarse.size(3), coarse.options()), features);
}

bool Segmenter::is_seen(const Tensor& tokens) const {
    return object_score_(tokens.select(1, object_place)).item<double>() > 0;
}

Tensor Segmenter::operator()(const std::vector<Tensor>& features, const SegmentPrompt& prompt) const {
    const auto [tokens, picture] = looked(features, prompt);

    // Of one point it is not clear how much is meant: the best of several masks is taken.
    const bool is_ambiguous = prompt.points.defined() && prompt.points.size(0) == 1;
    const Tensor qualities = quality_(tokens.select(1, quality_place)).slice(1, 1);
    const int64_t chosen = is_ambiguous ? 1 + qualities.argmax().item<int64_t>() : 0;
    const Tensor filter = mask_filters_[static_cast<std::size_t>(chosen)](tokens.select(1, masks_place + chosen));
    Tensor mask = at::matmul(filter.unsqueeze(1), picture.flatten(2)).view({1, 1, picture.size(2), picture.size(3)});
    if (!is_seen(tokens)) mask = at::full_like(mask, no_object);
    return scaled_masks(mask, picture_side, picture_side);
}

Segmenter::Object Segmenter::object(const std::vector<Tensor>& features, const Tensor& mask) const {
    const Tensor tokens = looked(features, {.mask = mask}).tokens;
    return {.token = tokens.select(1, masks_place), .is_seen = is_seen(tokens)};
}

}  // namespace easel::inference::sam3
