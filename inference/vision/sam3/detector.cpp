#include "inference/vision/sam3/detector.hpp"

#include "inference/vision/sam3/pooled_boxes.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <limits>

namespace easel::inference::sam3 {
namespace {

constexpr int64_t levels_with_coarsest = 4;  // the detector reads the third, where the pyramid has a fourth

Tensor inverse_sigmoid(const Tensor& x) { return at::log(x / (1.0 - x + 1e-6) + 1e-6); }

// [batch, tokens] with 1 where a token counts, as what is added to scores.
Tensor as_bias(const Tensor& counts, const at::TensorOptions& options) {
    return at::zeros(counts.sizes(), options)
        .masked_fill(counts.logical_not(), -std::numeric_limits<double>::infinity())
        .unsqueeze(1)
        .unsqueeze(1);
}

}  // namespace

Detector::DecoderLayer::DecoderLayer(const Weights& w)
    : self(w / "self_attn"), cross(w / "cross_attn"), text(w / "ca_text"), norm1(w / "norm1"), norm2(w / "norm2"),
      norm3(w / "norm3"), text_norm(w / "catext_norm"), in(w / "linear1"), out(w / "linear2") {}

Detector::Geometry::Geometry(const Weights& w)
    : box_direct(w / "boxes_direct_project"), box_places(w / "boxes_pos_enc_project"),
      box_pooled(w["boxes_pool_project.weight"]), box_pooled_bias(w["boxes_pool_project.bias"]),
      labels(w["label_embed.weight"]), whole(w["cls_embed.weight"]), norm(w / "norm"), picture_norm(w / "img_pre_norm"),
      last_norm(w / "encode_norm"), layers(blocks_of<EncoderLayer>(w / "encode")), projection(w / "final_proj") {}

// `picture` [batch, h, w, dim]
Tensor Detector::Geometry::of_boxes(const Tensor& boxes, const Tensor& picture) const {
    const auto height = static_cast<double>(picture.size(1)), width = static_cast<double>(picture.size(2));
    const Tensor planes = picture_norm(picture).permute({0, 3, 1, 2});
    const Tensor scale = at::tensor({width, height, width, height}, boxes.options());
    std::vector<Tensor> pooled;
    for (int64_t i = 0; i < boxes.size(0); ++i)
        pooled.push_back(at::conv2d(pooled_boxes(planes[i], corners(boxes[i]) * scale, box_pooled.size(-1)),
                                    box_pooled.like(planes), box_pooled_bias.like(planes))
                             .flatten(1));
    const int64_t half = whole.size(1) / 2;
    const Tensor places = at::cat({waves(boxes.select(-1, 1), half), waves(boxes.select(-1, 0), half),
                                   boxes.narrow(-1, 3, 1), boxes.narrow(-1, 2, 1)},
                                  -1);
    Tensor x = norm(box_direct(boxes) + at::stack(pooled) + box_places(places) + labels.like(boxes)[1]);
    const Tensor cells = picture.flatten(1, 2);
    for (const EncoderLayer& layer : layers)
        x = layer(x, {}, cells, cells);
    return projection(last_norm(x));
}

Tensor Detector::Geometry::of_picture(const Tensor& cells, const Tensor& places) const {
    Tensor x = norm(projection(rows(whole, cells)));
    for (const EncoderLayer& layer : layers)
        x = layer(x, {}, cells + places, cells);
    return last_norm(x);
}

Detector::Detector(const Weights& w)
    : drops_coarsest_(w.count("backbone.vision_backbone.convs") == levels_with_coarsest),
      text_(w / "backbone" / "language_backbone" / "resizer"), geometry_(w / "geometry_encoder"),
      encoder_(blocks_of<EncoderLayer>(w / "transformer" / "encoder" / "layers")),
      query_norm_(w / "transformer" / "decoder" / "norm"), queries_(w["transformer.decoder.query_embed.weight"]),
      anchors_(w["transformer.decoder.reference_points.weight"]),
      presence_(w["transformer.decoder.presence_token.weight"]),
      anchor_places_(w / "transformer" / "decoder" / "ref_point_head"),
      box_(w / "transformer" / "decoder" / "bbox_embed"), bias_x_(w / "transformer" / "decoder" / "boxRPB_embed_x"),
      bias_y_(w / "transformer" / "decoder" / "boxRPB_embed_y"), prompt_mlp_(w / "dot_prod_scoring" / "prompt_mlp"),
      prompt_norm_(w / "dot_prod_scoring" / "prompt_mlp" / "out_norm"),
      score_query_(w / "dot_prod_scoring" / "hs_proj"), score_prompt_(w / "dot_prod_scoring" / "prompt_proj"),
      mask_embed_(w / "segmentation_head" / "mask_predictor" / "mask_embed"),
      prompt_attention_(w / "segmentation_head" / "cross_attend_prompt"),
      prompt_attention_norm_(w / "segmentation_head" / "cross_attn_norm"),
      instances_(w / "segmentation_head" / "instance_seg_head") {
    decoder_ = blocks_of<DecoderLayer>(w / "transformer" / "decoder" / "layers");
    const Weights pixels = w / "segmentation_head" / "pixel_decoder";
    for (int64_t i = 0; i < pixels.count("conv_layers"); ++i) {
        pixel_convs_.emplace_back(pixels / "conv_layers" / i);
        pixel_norms_.emplace_back(pixels / "norms" / i, 1e-5, 8);
    }
}

// How far each cell is from the edges of each box, as what is added to the heads' scores: [batch, heads, 1 + queries,
// height * width]; nothing for the token of presence.
Tensor Detector::box_bias(const Tensor& boxes, int64_t height, int64_t width) const {
    const Tensor edges = corners(boxes);
    const auto distances = [&](int64_t axis, int64_t count) {
        const Tensor places = at::arange(count, boxes.options()) / static_cast<double>(count);
        const Tensor own = at::stack({edges.select(-1, axis), edges.select(-1, axis + 2)}, -1).unsqueeze(2);
        const Tensor far = (places.view({1, 1, -1, 1}) - own) * 8.0;
        return far.sign() * (far.abs() + 1.0).log2() / 3.0;
    };
    const Tensor across = bias_x_(distances(0, width)), down = bias_y_(distances(1, height));
    const Tensor bias = (down.unsqueeze(3) + across.unsqueeze(2)).flatten(2, 3).permute({0, 3, 1, 2});
    return at::constant_pad_nd(bias, {0, 0, 1, 0});
}

Detector::Decoded Detector::decoded(const Tensor& memory, const Tensor& places, const Tensor& prompt,
                                    const Tensor& prompt_bias, int64_t height, int64_t width) const {
    Tensor x = at::cat({rows(presence_, memory), rows(queries_, memory)}, 1);
    Tensor boxes = rows(anchors_, memory).sigmoid();
    const auto corrected = [&](const Tensor& queries) { return (inverse_sigmoid(boxes) + box_(queries)).sigmoid(); };
    for (std::size_t i = 0; i < decoder_.size(); ++i) {
        const DecoderLayer& layer = decoder_[i];
        if (i > 0) boxes = corrected(query_norm_(x.slice(1, 1)));
        const Tensor around =
            at::constant_pad_nd(anchor_places_(waves(boxes, memory.size(2) / 2).flatten(2)), {0, 0, 1, 0});
        const Tensor placed = x + around;
        x = layer.norm2(x + layer.self(placed, placed, x));
        x = layer.text_norm(x + layer.text(x + around, prompt, prompt, prompt_bias));
        x = layer.norm1(x + layer.cross(x + around, memory + places, memory, box_bias(boxes, height, width)));
        x = layer.norm3(x + layer.out(at::relu(layer.in(x))));
    }
    const Tensor queries = query_norm_(x.slice(1, 1));
    return {.queries = queries, .boxes = corrected(queries)};
}

// How well each query fits the mean of the prompt.
Tensor Detector::scored(const Tensor& queries, const Tensor& prompt, const Tensor& counts) const {
    const Tensor weight = counts.unsqueeze(-1).to(prompt.scalar_type());
    const Tensor tokens = prompt_norm_(prompt_mlp_(prompt) + prompt);
    const Tensor mean = (tokens * weight).sum(1) / weight.sum(1).clamp_min(1);
    const Tensor fit = at::matmul(score_query_(queries), score_prompt_(mean).unsqueeze(-1)).squeeze(-1);
    return (fit / std::sqrt(static_cast<double>(queries.size(2)))).clamp(-12.0, 12.0);
}

Tensor Detector::masks(const Tensor& queries, std::vector<Tensor> features, const Tensor& memory, const Tensor& prompt,
                       const Tensor& prompt_bias) const {
    const Tensor seen = memory + prompt_attention_(prompt_attention_norm_(memory), prompt, prompt, prompt_bias);
    Tensor& coarsest = features.back();
    coarsest = seen.slice(1, 0, coarsest.size(2) * coarsest.size(3)).transpose(1, 2).reshape(coarsest.sizes());
    Tensor x = coarsest;
    for (std::size_t i = features.size() - 1, step = 0; i-- > 0; ++step) {
        const Tensor larger = at::upsample_nearest2d(x, features[i].sizes().slice(2));
        x = at::relu(pixel_norms_[step](pixel_convs_[step](features[i] + larger)));
    }
    return at::einsum("bqc,bchw->bqhw", {mask_embed_(queries), instances_(x)});
}

Detector::Found Detector::operator()(const std::vector<Tensor>& features, const Tensor& text, const Tensor& text_mask,
                                     const Tensor& boxes) const {
    const Tensor& picture = drops_coarsest_ ? features[features.size() - 2] : features.back();
    const int64_t height = picture.size(2), width = picture.size(3), dim = picture.size(1);
    const Tensor cells = picture.flatten(2).transpose(1, 2);
    const Tensor places = cell_waves(height, width, dim, picture.options()).expand(cells.sizes());

    std::vector<Tensor> parts{text_(text)};
    if (boxes.defined()) parts.push_back(geometry_.of_boxes(boxes, cells.reshape({cells.size(0), height, width, dim})));
    parts.push_back(geometry_.of_picture(cells, places));
    const Tensor prompt = at::cat(parts, 1);
    const Tensor counts = at::constant_pad_nd(text_mask.to(at::kBool), {0, prompt.size(1) - text.size(1)}, 1);
    const Tensor bias = as_bias(counts, prompt.options());

    Tensor memory = cells;
    for (const EncoderLayer& layer : encoder_)
        memory = layer(memory, places, prompt, prompt, bias);
    const auto [queries, found] = decoded(memory, places, prompt, bias, height, width);
    return {.boxes = corners(found),
            .scores = scored(queries, prompt, counts),
            .masks = masks(queries, features, memory, prompt, bias)};
}

}  // namespace easel::inference::sam3
