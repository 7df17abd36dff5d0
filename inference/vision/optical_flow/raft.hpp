// RAFT, the large one of torchvision (Teed and Deng 2020, arXiv 2003.12039): where each pixel of a picture is in
// another one, from the similarity of all pairs of cells, in steps.
#pragma once

#include "inference/layers/batch_norm.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class Raft {
public:
    // The tensors of a RAFT file; empty when it is none.
    static TensorMap tensors(const TensorMap& file);

    // `w` holds what `tensors` returned; throws MissingWeight.
    explicit Raft(const Weights& w);

    // How far, in pixels of x and y, each pixel of `from` has moved in `to`: [2, height, width]. Pictures are
    // [3, height, width] in 0..1, of 128 pixels a side or more; throws UserError for smaller ones.
    Tensor operator()(const Tensor& from, const Tensor& to) const;

private:
    // Keeps the size where `stride` is 1.
    struct Conv {
        Weight weight, bias;
        int64_t stride = 1;

        explicit Conv(const Weights& w, int64_t stride_ = 1) : weight(w["weight"]), bias(w["bias"]), stride(stride_) {}
        Tensor operator()(const Tensor& x) const;
        int64_t out_channels() const { return weight.size(0); }
    };
    // With a normalisation by gathered statistics, or by each picture's own where the file has none.
    struct ConvNorm {
        Conv conv;
        std::optional<BatchNorm> norm;

        ConvNorm(const Weights& w, int64_t stride);
        Tensor operator()(const Tensor& x) const;
    };
    struct ResBlock {
        ConvNorm conv1, conv2;
        std::optional<ConvNorm> shortcut;

        ResBlock(const Weights& w, int64_t stride);
        Tensor operator()(const Tensor& x) const;
    };
    // [batch, 3, h, w] in -1..1 to features at an eighth of the size.
    struct Encoder {
        ConvNorm conv_in;
        std::vector<ResBlock> blocks;
        Conv conv_out;

        explicit Encoder(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    struct GatedUnit {
        Conv update, reset, candidate;

        explicit GatedUnit(const Weights& w) : update(w / "convz"), reset(w / "convr"), candidate(w / "convq") {}
        Tensor operator()(const Tensor& state, const Tensor& x) const;
    };

    Tensor prepared(const Tensor& picture, at::IntArrayRef size) const;
    // What is known of the motion so far: of the similarities around where each cell is thought to be, and its flow.
    Tensor motion(const Tensor& similarities, const Tensor& flow) const;
    // `flow` at eight times the size: each pixel mixes the nine cells around it.
    Tensor enlarged(const Tensor& flow, const Tensor& state) const;

    Weights weights_;
    Encoder features_, context_;
    Conv similarity1_, similarity2_, flow1_, flow2_, joined_;
    std::vector<GatedUnit> units_;
    Conv change1_, change2_, share1_, share2_;
};

}  // namespace easel::inference
