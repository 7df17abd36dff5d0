#include "inference/control/t2i_adapter.hpp"

#include "inference/layers/conv.hpp"
#include "inference/models/detect.hpp"
#include "inference/weights/blocks_of.hpp"

#include <array>
#include <optional>
#include <string>

namespace easel::inference {
namespace {

// Halves the sides by averaging; an odd side is padded with zeros on both ends.
Tensor halved(const Tensor& x) { return at::avg_pool2d(x, {2, 2}, {2, 2}, {x.size(2) % 2, x.size(3) % 2}); }

struct ResidualBlock {
    std::optional<Conv2d> in, skip;
    Conv2d first, second;

    explicit ResidualBlock(const Weights& w) : first(w / "block1"), second(w / "block2") {
        if (w.has_part("in_conv")) in.emplace(w / "in_conv");
        if (w.has_part("skep")) skip.emplace(w / "skep");  // as the files spell it
    }

    Tensor operator()(Tensor x) const {
        if (in) x = (*in)(x);
        return second(at::relu(first(x))) + (skip ? (*skip)(x) : x);
    }
};

constexpr int64_t levels = 4;
constexpr std::size_t blocks_a_level = 3;  // of a UNet's way in

// What the features of the levels are added to: after the last block of each level.
std::vector<Tensor> at_levels(const std::vector<Tensor>& features) {
    std::vector<Tensor> input;
    for (const Tensor& feature : features) {
        input.resize(input.size() + blocks_a_level - 1);
        input.push_back(feature);
    }
    return input;
}

class Adapter final : public ControlNetwork {
public:
    explicit Adapter(const Weights& w) : dtype_(w.compute_dtype()), in_(w / "conv_in") {
        const int64_t channels = in_.in_channels();
        is_xl_ = channels == 256 || channels == 768;
        fold_ = is_xl_ ? 16 : 8;
        traits_ = {.multiple = fold_, .grey = channels == fold_ * fold_};
        for (int64_t i = 0; i < w.count("body"); ++i) {
            const Weights block = w / "body" / i;
            blocks_.emplace_back(block);
            down_.emplace_back();
            if (block.has_part("down_opt.op")) down_.back().emplace(block / "down_opt" / "op", 2, 1);
        }
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        Tensor x = in_(at::pixel_unshuffle(call.hint.to(dtype_), fold_));
        std::vector<Tensor> features;
        const std::size_t per_level = blocks_.size() / levels;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            const std::size_t level = i / per_level;
            if (i % per_level == 0 && shrinks_at(level)) x = down_[i] ? (*down_[i])(x) : halved(x);
            x = blocks_[i](x);
            if ((i + 1) % per_level == 0) features.push_back(x.to(at::kFloat));
        }
        if (!is_xl_) return {.input = at_levels(features), .middle = {}, .output = {}};
        // Three levels of a UNet, of which the second has the features of two, and the middle those of the last.
        std::vector<Tensor> input(9);
        input[3] = features[0];
        input[5] = features[1];
        input[8] = features[2];
        return {.input = input, .middle = {features[3]}, .output = {}};
    }

    const ControlTraits& traits() const override { return traits_; }
    bool is_constant() const override { return true; }

private:
    bool shrinks_at(std::size_t level) const { return is_xl_ ? level == 2 : level > 0; }

    at::ScalarType dtype_;
    Conv2d in_;
    std::vector<ResidualBlock> blocks_;
    std::vector<std::optional<Conv2d>> down_;
    bool is_xl_ = false;
    int64_t fold_ = 8;
    ControlTraits traits_;
};

class LightAdapter final : public ControlNetwork {
public:
    explicit LightAdapter(const Weights& w) : dtype_(w.compute_dtype()) {
        levels_ = blocks_of<Level>(w / "body");
        traits_ = {.multiple = fold, .grey = levels_.front().in.in_channels() == fold * fold};
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        Tensor x = at::pixel_unshuffle(call.hint.to(dtype_), fold);
        std::vector<Tensor> features;
        for (std::size_t i = 0; i < levels_.size(); ++i) {
            if (i > 0) x = halved(x);
            x = levels_[i].in(x);
            for (const ResidualBlock& block : levels_[i].blocks)
                x = block(x);
            x = levels_[i].out(x);
            features.push_back(x.to(at::kFloat));
        }
        return {.input = at_levels(features), .middle = {}, .output = {}};
    }

    const ControlTraits& traits() const override { return traits_; }
    bool is_constant() const override { return true; }

private:
    static constexpr int64_t fold = 8;
    struct Level {
        Conv2d in, out;
        std::vector<ResidualBlock> blocks;

        explicit Level(const Weights& w) : in(w / "in_conv"), out(w / "out_conv") {
            blocks = blocks_of<ResidualBlock>(w / "body");
        }
    };

    at::ScalarType dtype_;
    std::vector<Level> levels_;
    ControlTraits traits_;
};

// Diffusers counts the blocks of each level.
std::string canonical_key(std::string key) {
    if (!key.starts_with("adapter.")) return key;
    key.erase(0, std::string_view("adapter.").size());
    for (int64_t level = 0; level < levels; ++level) {
        const std::string body = "body." + std::to_string(level) + ".";
        if (!key.starts_with(body)) continue;
        for (int64_t block = 0; block < 2; ++block) {
            const std::string from = body + "resnets." + std::to_string(block) + ".";
            if (key.starts_with(from))
                return "body." + std::to_string(level * 2 + block) + "." + key.substr(from.size());
        }
        return "body." + std::to_string(level * 2) + "." + key.substr(body.size());
    }
    return key;
}

}  // namespace

TensorMap t2i_adapter_tensors(const TensorMap& tensors) {
    TensorMap renamed;
    const bool diffusers = tensors.contains("adapter.body.0.resnets.0.block1.weight");
    const TensorMap inner = diffusers ? tensors : part_of(tensors, "adapter.");
    for (const auto& [key, tensor] : inner.empty() ? tensors : inner)
        renamed.emplace(diffusers ? canonical_key(key) : key, tensor);
    const bool known = renamed.contains("body.0.in_conv.weight") ||
                       (renamed.contains("conv_in.weight") && renamed.contains("body.0.block2.weight"));
    return known ? renamed : TensorMap();
}

std::shared_ptr<const ControlNetwork> make_t2i_adapter(const Weights& w) {
    if (w.contains("body.0.in_conv.weight")) return std::make_shared<LightAdapter>(w);
    return std::make_shared<Adapter>(w);
}

}  // namespace easel::inference
