// PixArt alpha's (Chen et al. 2023) and sigma's (Chen et al. 2024) diffusion transformer. Alpha's larger models are
// also told the size and shape of the picture; files that have the layers for it say so.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/model.hpp"
#include "inference/models/pixart/blocks.hpp"

#include <optional>
#include <vector>

namespace easel::inference::pixart {

class Transformer : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit Transformer(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    // The vector is height, width and their ratio.
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // Cosines and sines of a number, then two layers around a SiLU.
    struct Embedder {
        Linear in, out;

        explicit Embedder(const Weights& w) : in(w / "mlp" / 0), out(w / "mlp" / 2) {}
        // [batch, numbers] as [batch, numbers * dim].
        Tensor operator()(const Tensor& numbers, at::ScalarType dtype) const;
    };

    // Sines and cosines of rows and columns of the patches, [1, rows * columns, dim].
    Tensor positions(int64_t rows, int64_t columns) const;
    // The embedded time and sizes, [batch, dim].
    Tensor embedded(const NetworkInput& input) const;

    Weights weights_;
    Conv2d picture_in_;
    std::optional<int64_t> trained_scale_;  // side of the pictures that the file's table of positions is for, in 512s
    Embedder time_;
    std::optional<Embedder> size_, ratio_;
    Linear modulation_;
    Mlp text_in_;
    std::vector<Block> blocks_;
    Weight final_table_;  // [2, dim]
    Linear final_;
};

}  // namespace easel::inference::pixart
