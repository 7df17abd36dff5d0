#include "inference/upscale/compact.hpp"

#include "inference/layers/conv.hpp"

#include <string>
#include <vector>

namespace easel::inference {
namespace {

class Compact final : public UpscaleNetwork {
public:
    explicit Compact(const Weights& w) {
        const int64_t last = w.count("body") - 1;
        for (int64_t i = 0; i <= last; i += 2)
            convs_.emplace_back(w / "body" / i);
        for (int64_t i = 1; i < last; i += 2)
            slopes_.push_back((w / "body" / i)["weight"]);
        shuffle_ = pixel_shuffle_of(convs_.back().out_channels(), convs_.front().in_channels());
    }

    Tensor operator()(const Tensor& picture) const override {
        Tensor x = picture;
        for (std::size_t i = 0; i + 1 < convs_.size(); ++i) {
            x = convs_[i](x);
            x = at::prelu(x, slopes_[i].like(x));
        }
        return at::pixel_shuffle(convs_.back()(x), shuffle_.scale) + enlarged(picture, shuffle_.scale);
    }

    int64_t scale() const override { return shuffle_.scale; }

private:
    std::vector<Conv2d> convs_;
    std::vector<Weight> slopes_;  // of the activations between them, one a channel
    PixelShuffle shuffle_;
};

}  // namespace

UpscaleArchitecture compact_architecture() {
    return {.name = "RealESRGAN Compact",
            .matches = [](const Weights& w) { return w.contains("body.0.weight") && w.contains("body.1.weight"); },
            .build = [](const Weights& w) -> std::unique_ptr<const UpscaleNetwork> {
                return std::make_unique<Compact>(w);
            }};
}

}  // namespace easel::inference
