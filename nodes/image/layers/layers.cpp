#include "nodes/image/layers/layers.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace easel::nodes {

namespace {

constexpr std::size_t most_layers = 50;

class Sha256 {
public:
    Sha256() { EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr); }
    void add(std::string_view bytes) { EVP_DigestUpdate(digest_.get(), bytes.data(), bytes.size()); }
    void add(const Tensor& bytes) {
        const Tensor plain = bytes.contiguous();
        EVP_DigestUpdate(digest_.get(), plain.const_data_ptr(), plain.nbytes());
    }
    // The first 16 digits.
    std::string short_hex() {
        unsigned char bytes[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        EVP_DigestFinal_ex(digest_.get(), bytes, &length);
        std::string hex;
        for (std::size_t i = 0; i < 8; ++i) {
            constexpr std::string_view digits = "0123456789abcdef";
            hex += digits[bytes[i] >> 4];
            hex += digits[bytes[i] & 15];
        }
        return hex;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

NamedLayer layer_at(const LayerItem& item, std::int64_t index) {
    const Tensor pixels = item.pixels.narrow(0, index, 1);
    return {.picture = {.pixels = pixels,
                        .alpha = inference::layer_alpha(pixels, mask_at(item.mask, index)),
                        .x = static_cast<double>(item.x),
                        .y = static_cast<double>(item.y),
                        .width = static_cast<double>(item.width > 0 ? item.width : pixels.size(2)),
                        .height = static_cast<double>(item.height > 0 ? item.height : pixels.size(1)),
                        .rotation = item.rotation,
                        .opacity = item.opacity,
                        .mode = item.mode,
                        .flipped = item.flipped,
                        .upside_down = item.upside_down},
            .name = item.name};
}

// As Python prints a tuple of these, since the reference's digests are of such a text.
std::string placement_text(const inference::PlacedPicture& picture) {
    const auto whole = [](double value) { return std::to_string(static_cast<std::int64_t>(value)); };
    const auto truth = [](bool value) { return std::string(value ? "True" : "False"); };
    return "(" + whole(picture.x) + ", " + whole(picture.y) + ", " + whole(picture.width) + ", " +
           whole(picture.height) + ", " + python_float(picture.rotation) + ", " + python_float(picture.opacity) + ", " +
           python_repr(std::string_view(picture.mode)) + ", True, " + truth(picture.flipped) + ", " +
           truth(picture.upside_down) + ")";
}

}  // namespace

graph::Footprint footprint(const Layers& layers) {
    graph::Footprint total{};
    for (const LayerItem& item : layers.items)
        total.bytes += memory_of(item.pixels) + memory_of(item.mask);
    return total;
}

Tensor mask_at(const Tensor& masks, std::int64_t index) {
    if (!masks.defined()) return {};
    if (masks.size(0) == 1) return masks;
    return index < masks.size(0) ? masks.narrow(0, index, 1) : Tensor();
}

std::vector<NamedLayer> layers_of(const Layers& layers) {
    std::vector<LayerItem> items = layers.items;
    std::ranges::stable_sort(items, {}, &LayerItem::z_index);
    std::vector<NamedLayer> all;
    for (const LayerItem& item : items)
        for (std::int64_t i = 0; i < item.pixels.size(0); ++i)
            all.push_back(layer_at(item, i));
    if (all.size() > most_layers)
        throw UserError("Compositor supports at most 50 layers, got " + std::to_string(all.size()));
    return all;
}

std::vector<std::string> layer_digests(const std::vector<NamedLayer>& layers) {
    std::vector<std::string> digests;
    for (const auto& [picture, name] : layers) {
        std::string shape;
        for (std::int64_t side : picture.pixels.sizes())
            shape += (shape.empty() ? "(" : ", ") + std::to_string(side);
        Sha256 digest;
        digest.add(shape + ")");
        digest.add(inference::nearest_bytes(picture.pixels[0].narrow(-1, 0, 3)));
        if (picture.alpha.defined()) digest.add(inference::nearest_bytes(picture.alpha[0]));
        digest.add(placement_text(picture));
        digests.push_back(digest.short_hex());
    }
    return digests;
}

}  // namespace easel::nodes
