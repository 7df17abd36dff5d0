#include "inference/vae/tiny.hpp"

#include <algorithm>
#include <array>

namespace easel::inference {
namespace {

constexpr std::array variants{
    TinyVariant{.name = "taesd", .scale = 0.18215},
    TinyVariant{.name = "taesdxl", .scale = 0.13025},
    TinyVariant{.name = "taesd3", .scale = 1.5305, .shift = 0.0609},
    TinyVariant{.name = "taef1", .scale = 0.3611, .shift = 0.1159},
    TinyVariant{.name = "taef2", .patch = 2},
};

int64_t last_index(const Weights& w) {
    int64_t last = -1;
    for (const std::string& key : w.keys())
        last = std::max<int64_t>(last, std::stoll(key.substr(0, key.find('.'))));
    return last;
}

}  // namespace

const TinyVariant* find_tiny_variant(std::string_view name) {
    const auto found = std::ranges::find(variants, name, &TinyVariant::name);
    return found == variants.end() ? nullptr : &*found;
}

std::vector<std::string_view> tiny_variant_names() {
    std::vector<std::string_view> names;
    for (const TinyVariant& variant : variants)
        names.push_back(variant.name);
    return names;
}

TinyAutoencoder::Block::Block(const Weights& w) : first(w / "conv" / 0), second(w / "conv" / 2), third(w / "conv" / 4) {
    if (w.has_part("skip")) skip.emplace(w / "skip");
    if (w.has_part("pool"))
        pool = {
            .in = Conv2d(w / "pool" / 0), .out = Conv2d(w / "pool" / 3), .norm = GroupNorm(w / "pool" / 1, 1e-5, 4)};
}

Tensor TinyAutoencoder::Block::operator()(Tensor x) const {
    if (pool) x = x + pool->out(at::relu(pool->norm(pool->in(x))));
    const Tensor changed = third(at::relu(second(at::relu(first(x)))));
    return at::relu(changed + (skip ? (*skip)(x) : x));
}

std::vector<TinyAutoencoder::Stage> TinyAutoencoder::stages(const Weights& w, int64_t stride_without_bias) {
    std::vector<Stage> result;
    for (int64_t i = 0; i <= last_index(w); ++i) {
        Stage& stage = result.emplace_back();
        const Weights part = w / i;
        if (part.contains("weight")) stage.conv.emplace(part, part.contains("bias") ? 1 : stride_without_bias, 1);
        if (part.has_part("conv")) stage.block.emplace(part);
    }
    return result;
}

TinyAutoencoder::TinyAutoencoder(const Weights& w, const TinyVariant& variant)
    : weights_(w), variant_(variant), encoder_(stages(w / "encoder", 2)), decoder_(stages(w / "decoder", 1)),
      channels_(w["decoder.1.weight"].size(1)) {}

Tensor TinyAutoencoder::prepared(const Tensor& x) const {
    return x.to(weights_.device(), weights_.compute_dtype()).contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor TinyAutoencoder::encode(const Tensor& pixels) const {
    Tensor x = prepared(pixels * 0.5 + 0.5);
    for (const Stage& stage : encoder_)
        x = stage.conv ? (*stage.conv)(x) : (*stage.block)(x);
    x = x.to(at::kFloat).contiguous();
    return (variant_.patch == 1 ? x : at::pixel_unshuffle(x, variant_.patch)) / variant_.scale + variant_.shift;
}

Tensor TinyAutoencoder::decode(const Tensor& latent) const {
    Tensor z = (latent.to(at::kFloat) - variant_.shift) * variant_.scale;
    if (variant_.patch > 1) z = at::pixel_shuffle(z, variant_.patch);
    Tensor x = prepared(at::tanh(z / 3.0) * 3.0);
    bool is_first = true;
    for (std::size_t i = 1; i < decoder_.size(); ++i) {  // the first stage has limited the values
        const Stage& stage = decoder_[i];
        if (stage.conv) {
            x = (*stage.conv)(x);
        } else if (stage.block) {
            x = (*stage.block)(x);
        } else if (is_first) {  // of those without weights: an activation, then enlargements
            x = at::relu(x);
            is_first = false;
        } else {
            x = at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
        }
    }
    return ((x.to(at::kFloat) - 0.5) * 2.0).contiguous();
}

}  // namespace easel::inference
