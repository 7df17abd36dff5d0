#include "inference/vision/moge/network.hpp"

#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference::moge {
namespace {

// What the network was trained to see in place of pixels; its file says by what they are moved and scaled.
struct Normalisation {
    Weight mean, deviation;  // [1, 3, 1, 1]

    explicit Normalisation(const Weights& w) : mean(w["image_mean"]), deviation(w["image_std"]) {}
    Tensor operator()(const Tensor& pictures) const {
        return (pictures - mean.like(pictures)) / deviation.like(pictures);
    }
};

Tensor smooth(const Tensor& x, int64_t height, int64_t width) {
    return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/false);
}

// Projections of several layers' cells as one picture of features.
Tensor joined(const std::vector<Dino2::Features>& features, const std::vector<Conv>& projections, int64_t rows,
              int64_t columns) {
    Tensor sum;
    for (std::size_t i = 0; i < features.size(); ++i) {
        const Tensor picture = features[i].cells.transpose(1, 2).unflatten(2, {rows, columns}).contiguous();
        const Tensor own = projections[i](picture);
        sum = sum.defined() ? sum + own : own;
    }
    return sum;
}

std::vector<Residual> residuals(const Weights& w, int64_t first) {
    std::vector<Residual> all;
    for (int64_t i = first; w.has_part(std::to_string(i)); ++i)
        all.emplace_back(w / i);
    return all;
}

class FirstVersion final : public Network {
public:
    explicit FirstVersion(const Weights& w)
        : normalise_(w), backbone_(w / "backbone"), projections_(blocks_of<Conv>(w / "head" / "projects")) {
        const Weights head = w / "head";
        for (int64_t i = 0; i < head.count("upsample_blocks"); ++i) {
            const Weights block = head / "upsample_blocks" / i;
            steps_.push_back({Doubling(block / 0 / 0, block / 0 / 1), residuals(block, 1)});
        }
        for (const int64_t i : {0, 1})
            outputs_.push_back({Conv(head / "output_block" / i / 0), Conv(head / "output_block" / i / 2)});
    }

    Told operator()(const Tensor& pictures, int64_t cells) const override {
        const int64_t height = pictures.size(2), width = pictures.size(3), patch = Dino2::patch;
        const double scale =
            std::sqrt(static_cast<double>(cells * patch * patch) / static_cast<double>(height * width));
        const auto scaled = [&](int64_t side) { return static_cast<int64_t>(static_cast<double>(side) * scale); };
        const int64_t rows = scaled(height), columns = scaled(width);
        const Tensor small = normalise_(at::_upsample_bicubic2d_aa(pictures, {rows, columns}, /*align_corners=*/false));
        const Tensor seen = at::_upsample_bilinear2d_aa(small, {rows / patch * patch, columns / patch * patch},
                                                        /*align_corners=*/false);
        std::vector<std::size_t> layers;
        for (std::size_t i = backbone_.depth() - projections_.size(); i < backbone_.depth(); ++i)
            layers.push_back(i);
        const double aspect = static_cast<double>(columns) / static_cast<double>(rows);
        Tensor x = joined(backbone_.separate(seen, layers), projections_, rows / patch, columns / patch);
        for (const Step& step : steps_) {
            x = step.doubling(placed(x, aspect));
            for (const Residual& residual : step.residuals)
                x = residual(x);
        }
        x = placed(smooth(x, rows, columns), aspect);
        const auto output = [&](std::size_t i) {
            return smooth(outputs_[i][1](at::relu(outputs_[i][0](x))), height, width);
        };
        return {.points = unfolded(output(0).permute({0, 2, 3, 1})),
                .mask = output(1).squeeze(1),
                .normals = {},
                .scale = {}};
    }

    int64_t most_cells() const override { return 2500; }
    bool drops_behind() const override { return false; }

private:
    struct Step {
        Doubling doubling;
        std::vector<Residual> residuals;
    };

    static Tensor placed(const Tensor& x, double aspect) {
        const Tensor where = places(x.size(2), x.size(3), aspect, x.options());
        return at::cat({x, where.expand({x.size(0), -1, -1, -1})}, 1);
    }

    Normalisation normalise_;
    Dino2 backbone_;
    std::vector<Conv> projections_;
    std::vector<Step> steps_;
    std::vector<std::array<Conv, 2>> outputs_;
};

// Residual blocks at five sizes, each twice as large as the one before.
class Stack {
public:
    explicit Stack(const Weights& w) : inputs_(blocks_of<Conv>(w / "input_blocks")) {
        const Weights blocks = w / "res_blocks", up = w / "resamplers", out = w / "output_blocks";
        for (int64_t i = 0; i < std::ssize(inputs_); ++i) {
            residuals_.push_back(residuals(blocks / i, 0));
            if (i + 1 < std::ssize(inputs_)) doublings_.emplace_back(up / i / 0, up / i / 1);
            outputs_.push_back(out.has_part(std::to_string(i)) ? std::optional<Conv>(out / i) : std::nullopt);
        }
    }

    std::vector<Tensor> operator()(const std::vector<Tensor>& levels) const {
        std::vector<Tensor> results;
        Tensor x;
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            const Tensor own = inputs_[i](levels[i]);
            x = x.defined() ? x + own : own;
            for (const Residual& residual : residuals_[i])
                x = residual(x);
            results.push_back(outputs_[i] ? (*outputs_[i])(x) : x);
            if (i < doublings_.size()) x = doublings_[i](x);
        }
        return results;
    }

private:
    std::vector<Conv> inputs_;
    std::vector<std::vector<Residual>> residuals_;
    std::vector<Doubling> doublings_;
    std::vector<std::optional<Conv>> outputs_;
};

class SecondVersion final : public Network {
public:
    explicit SecondVersion(const Weights& w)
        : normalise_(w / "encoder"), backbone_(w / "encoder" / "backbone"),
          projections_(blocks_of<Conv>(w / "encoder" / "output_projections")), neck_(w / "neck"),
          points_(w / "points_head"), mask_(w / "mask_head") {
        if (w.has_part("normal_head")) normals_.emplace(w / "normal_head");
        for (int64_t i = 0; w.has_part("scale_head." + std::to_string(i)); i += 2)
            scale_.emplace_back(w / "scale_head" / i);
    }

    Told operator()(const Tensor& pictures, int64_t cells) const override {
        const int64_t height = pictures.size(2), width = pictures.size(3), patch = Dino2::patch;
        const double aspect = static_cast<double>(width) / static_cast<double>(height);
        const auto rows = static_cast<int64_t>(std::nearbyint(std::sqrt(static_cast<double>(cells) / aspect)));
        const auto columns = static_cast<int64_t>(std::nearbyint(std::sqrt(static_cast<double>(cells) * aspect)));
        const Tensor seen =
            normalise_(at::_upsample_bilinear2d_aa(pictures, {rows * patch, columns * patch}, /*align_corners=*/false));
        const std::size_t stride = backbone_.depth() / projections_.size();
        std::vector<std::size_t> layers;
        for (std::size_t i = 1; i <= projections_.size(); ++i)
            layers.push_back(stride * i - 1);
        const auto features = backbone_.separate(seen, layers);

        std::vector<Tensor> levels;
        for (int64_t i = 0; i < 5; ++i)
            levels.push_back(
                places(rows << i, columns << i, aspect, pictures.options()).expand({pictures.size(0), -1, -1, -1}));
        levels[0] = at::cat({joined(features, projections_, rows, columns), levels[0]}, 1);
        levels = neck_(levels);
        const auto told = [&](const Stack& head) { return smooth(head(levels).back(), height, width); };
        Tensor scale = features.back().token;
        for (std::size_t i = 0; i < scale_.size(); ++i)
            scale = scale_[i](i > 0 ? at::relu(scale) : scale);
        Told result{.points = unfolded(told(points_).permute({0, 2, 3, 1})),
                    .mask = told(mask_).squeeze(1).sigmoid(),
                    .normals = {},
                    .scale = scale.squeeze(1).exp()};
        if (normals_) {
            const Tensor normals = told(*normals_).permute({0, 2, 3, 1});
            result.normals = normals / normals.norm(2, -1, /*keepdim=*/true).clamp_min(1e-12);
        }
        return result;
    }

    int64_t most_cells() const override { return 3600; }
    bool drops_behind() const override { return true; }

private:
    Normalisation normalise_;
    Dino2 backbone_;
    std::vector<Conv> projections_;
    Stack neck_, points_, mask_;
    std::optional<Stack> normals_;
    std::vector<Linear> scale_;
};

}  // namespace

Tensor Conv::operator()(const Tensor& x) const {
    const int64_t margin = weight.size(3) / 2;
    const Tensor wide = margin == 0 ? x : at::replication_pad2d(x, {margin, margin, margin, margin});
    return at::conv2d(wide, weight.like(x), bias.like(x));
}

Residual::Residual(const Weights& w) : conv1(w / "layers" / 2), conv2(w / "layers" / 5) {
    if (!w.has_part("layers.0")) return;
    norm1.emplace(w / "layers" / 0, 1e-5, 1);
    norm2.emplace(w / "layers" / 3, 1e-5, std::max<int64_t>(conv1.weight.size(0) / 32, 1));
}

Tensor Residual::operator()(const Tensor& x) const {
    const Tensor y = conv1(at::relu(norm1 ? (*norm1)(x) : x));
    return conv2(at::relu(norm2 ? (*norm2)(y) : y)) + x;
}

Doubling::Doubling(const Weights& up, const Weights& behind)
    : weight(up.maybe("weight")), bias(up.maybe("bias")), conv(behind) {}

Tensor Doubling::operator()(const Tensor& x) const {
    return conv(weight ? at::conv_transpose2d(x, weight.like(x), bias.like(x), 2)
                       : smooth(x, x.size(2) * 2, x.size(3) * 2));
}

Tensor places(int64_t height, int64_t width, double aspect, const at::TensorOptions& options) {
    const double diagonal = std::sqrt(1.0 + aspect * aspect);
    const auto axis = [&](double span, int64_t count) {
        const double edge = span * static_cast<double>(count - 1) / static_cast<double>(count);
        return at::linspace(-edge, edge, count, options);
    };
    return at::stack({axis(aspect / diagonal, width).expand({height, width}),
                      axis(1.0 / diagonal, height).unsqueeze(1).expand({height, width})})
        .unsqueeze(0);
}

Tensor unfolded(const Tensor& points) {
    const Tensor z = points.narrow(-1, 2, 1).exp();
    return at::cat({points.narrow(-1, 0, 2) * z, z}, -1);
}

std::unique_ptr<const Network> make_network(const Weights& w) {
    if (w.has_part("encoder.backbone")) return std::make_unique<SecondVersion>(w);
    return std::make_unique<FirstVersion>(w);
}

}  // namespace easel::inference::moge
