// ControlNet-LLLite for Anima (kohya-ss): narrow networks before the projections of attention and the feed forward
// network that see the features of a picture. Which modules there are follows from the file.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

class AnimaLllite final : public ModelPatch {
public:
    // Throws ModelError when it is of another version than 2 or has modules that Anima lacks.
    explicit AnimaLllite(const Weights& w);

    bool reads_mask() const { return picture_.in.in_channels() == 4; }
    // Whether the picture is black where the mask is.
    bool hides_masked() const { return hides_masked_; }
    // The features of `hint` [batch, 3 or 4, height, width] in -1..1 for every token: [batch, tokens, dim].
    Tensor features(const Tensor& hint) const;
    // `x` [batch, tokens, width] before the module `name` of a block, changed where there is a network for it.
    Tensor changed(Tensor x, const Tensor& features, int64_t block, std::string_view name, double strength) const;

private:
    struct Normalised {  // a convolution, and a group norm behind it
        Conv2d conv;
        GroupNorm norm;

        Normalised(Conv2d conv_, const Weights& norm_);
        Tensor operator()(const Tensor& x) const { return at::silu(norm(conv(x))); }
    };
    struct ResidualBlock {
        GroupNorm norm1, norm2;
        Conv2d conv1, conv2;

        explicit ResidualBlock(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    // Convolutions of several reaches beside each other, and the mean of all. (ASPP, Chen et al. 2017)
    struct Reaches {
        struct Branch {
            Conv2d conv;
            GroupNorm norm;
            int64_t dilation;

            Tensor operator()(const Tensor& x) const;
        };
        std::vector<Branch> branches;
        Normalised whole, out;

        explicit Reaches(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    struct PictureNetwork {
        Conv2d in;
        GroupNorm norm_in;
        Normalised middle, last;
        std::vector<ResidualBlock> blocks;
        std::optional<Reaches> reaches;
        Conv2d out;
        LayerNorm norm_out;

        explicit PictureNetwork(const Weights& w);
        Tensor operator()(const Tensor& hint) const;
    };
    struct Module {
        Linear down, mid, film, up;
        Weight depth;

        explicit Module(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& features, double strength) const;
    };

    Weights weights_;
    PictureNetwork picture_;
    std::map<std::string, Module, std::less<>> modules_;
    bool hides_masked_;
};

// `pixels` [batch, h, w, 3]; `mask` [batch, h, w] is what is to be filled, for files that read one; without it nothing
// is. The percents are shares of the schedule. (AnimaLLLitePatch)
struct LllitePicture {
    Tensor pixels;
    std::optional<Tensor> mask = {};
    double strength = 1.0, start_percent = 0.0, end_percent = 1.0;
};
Model with_lllite(const Model& model, std::shared_ptr<const AnimaLllite> network, LllitePicture picture);

}  // namespace easel::inference
