#include "inference/vision/birefnet/birefnet.hpp"

#include <string>

namespace easel::inference {
namespace {

constexpr int64_t side = 1024;  // of the pictures that it was trained on

Tensor resized(const Tensor& x, const Tensor& like) {
    if (x.size(2) == like.size(2) && x.size(3) == like.size(3)) return x;
    return at::upsample_bilinear2d(x, like.sizes().slice(2), /*align_corners=*/true);
}

// `picture` [batch, 3, height, width] as pieces of h x w pixels, column by column, one behind the other in the
// channels.
Tensor in_pieces(const Tensor& picture, int64_t h, int64_t w) {
    const int64_t batch = picture.size(0), rows = picture.size(2) / h, columns = picture.size(3) / w;
    return picture.reshape({batch, -1, rows, h, columns, w}).permute({0, 4, 2, 1, 3, 5}).reshape({batch, -1, h, w});
}

std::string numbered(const char* name, int64_t level) { return name + std::to_string(level); }

}  // namespace

Tensor BiRefNet::Look::operator()(const Tensor& picture, const Tensor& features) const {
    return out(in(in_pieces(picture, features.size(2), features.size(3))));
}

BiRefNet::Step::Step(const Weights& w, int64_t level)
    : look(w / numbered("ipt_blk", level + 1)), block(w / numbered("decoder_block", level)),
      guide{.conv = Conv2d(w / numbered("gdt_convs_", level) / 0),
            .weight = Conv2d(w / numbered("gdt_convs_attn_", level) / 0),
            .norm = BatchNorm(w / numbered("gdt_convs_", level) / 1)},
      lateral(w / numbered("lateral_block", level) / "conv") {}

BiRefNet::BiRefNet(const Weights& w)
    : backbone_(w / "bb"), squeeze_(w / "squeeze_module" / 0), look_(w / "decoder" / "ipt_blk2"),
      last_(w / "decoder" / "decoder_block1"), last_look_(w / "decoder" / "ipt_blk1"),
      out_(w / "decoder" / "conv_out1" / 0), weights_(w.table()) {
    for (int64_t level = 4; level >= 2; --level)
        steps_.emplace_back(w / "decoder", level);
}

// The backbone's features of the picture beside those of one half as large; the coarsest also see all finer ones.
std::vector<Tensor> BiRefNet::features(const Tensor& picture) const {
    std::vector<Tensor> seen = backbone_(picture);
    const Tensor half =
        at::upsample_bilinear2d(picture, {picture.size(2) / 2, picture.size(3) / 2}, /*align_corners=*/true);
    const std::vector<Tensor> coarse = backbone_(half);
    for (std::size_t i = 0; i < seen.size(); ++i)
        seen[i] = at::cat({seen[i], resized(coarse[i], seen[i])}, 1);
    std::vector<Tensor> all;
    for (const Tensor& feature : seen)
        all.push_back(resized(feature, seen.back()));
    seen.back() = squeeze_(at::cat(all, 1));
    return seen;
}

Tensor BiRefNet::operator()(const Tensor& picture) const {
    const std::vector<Tensor> seen = features(picture);
    Tensor x = seen.back();
    std::size_t level = seen.size() - 1;
    for (const Step& step : steps_) {
        x = step.block(at::cat({x, step.look(picture, x)}, 1));
        x = x * step.guide(x);
        const Tensor& finer = seen[--level];
        x = resized(x, finer) + step.lateral(finer);
    }
    x = resized(last_(at::cat({x, look_(picture, x)}, 1)), picture);
    return out_(at::cat({x, last_look_(picture, x)}, 1));
}

Tensor BiRefNet::foreground(const Tensor& pixels) const {
    weights_->use(nullptr);
    const auto& settings = weights_->settings();
    std::vector<Tensor> masks;
    for (int64_t i = 0; i < pixels.size(0); ++i) {
        Tensor picture = pixels.narrow(0, i, 1).slice(3, 0, 3).movedim(-1, 1).to(settings.device, at::kFloat);
        if (picture.size(2) != side || picture.size(3) != side)
            picture = at::_upsample_bicubic2d_aa(picture, {side, side}, /*align_corners=*/false);
        picture = (picture * 255.0).clamp(0, 255).round() / 255.0;
        const Tensor logits = (*this)(picture);
        masks.push_back(
            at::upsample_bicubic2d(logits, {pixels.size(1), pixels.size(2)}, /*align_corners=*/false).sigmoid());
    }
    return at::cat(masks).squeeze(1).cpu();
}

TensorMap birefnet_tensors(const TensorMap& file) {
    return file.contains("bb.layers.1.blocks.0.attn.relative_position_index") ? file : TensorMap{};
}

}  // namespace easel::inference
