// The way into and out of stage C's latents in Stable Cascade: an EfficientNet V2 (Tan, Le 2021) that looks at
// pictures, and a small network that guesses what a latent will look like. Files hold one of the two or both.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/vae/vae.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace easel::inference {

class AutoencoderStageC : public Autoencoder {
public:
    static bool matches(const Weights& w);
    explicit AutoencoderStageC(const Weights& w);

    // [batch, 16, height / 32, width / 32]. Throws UserError where the file has no encoder.
    Tensor encode(const Tensor& pixels) const override;
    // Eight times as large. Throws UserError where the file has none.
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return 16; }
    int64_t downscale_ratio() const override { return encoder_ ? 32 : 8; }

private:
    // Normalisation by statistics of training; scale and shift are not in all files.
    struct Statistics {
        Weight weight, bias, mean, variance;  // [channels]
        double eps;

        Statistics(const Weights& w, double eps_);
        Tensor operator()(const Tensor& x) const;
    };
    // A convolution without bias and its normalisation.
    struct NormedConv {
        Weight weight;  // [out, in or 1, kernel, kernel]
        Statistics norm;
        int64_t stride;

        NormedConv(const Weights& w, int64_t stride_);
        Tensor operator()(const Tensor& x) const;
    };
    // Channels weighed by what they are in the whole picture.
    struct Excitation {
        Conv2d in, out;

        explicit Excitation(const Weights& w) : in(w / "fc1"), out(w / "fc2") {}
        Tensor operator()(const Tensor& x) const;
    };
    struct EncoderBlock {
        std::vector<std::variant<NormedConv, Excitation>> layers;
        bool is_residual, ends_active;

        // `stride` of the layer that looks at neighbours.
        EncoderBlock(const Weights& w, int64_t stride);
        Tensor operator()(const Tensor& x) const;
    };
    struct Encoder {
        NormedConv first, last;
        std::vector<EncoderBlock> blocks;
        Conv2d mapper;
        Statistics mapper_norm;
        Weight mean, deviation;  // of the pictures of training, [3]

        explicit Encoder(const Weights& w);
        Tensor operator()(const Tensor& pixels) const;
    };
    struct Previewer {
        Weights blocks;
        std::vector<std::variant<Conv2d, Weights, Statistics>> layers;  // Weights: a convolution that doubles the size

        explicit Previewer(const Weights& w);
        Tensor operator()(Tensor x) const;
    };

    Tensor prepare(const Tensor& x) const;

    Weights weights_;
    std::optional<Encoder> encoder_;
    std::optional<Previewer> previewer_;
};

}  // namespace easel::inference
