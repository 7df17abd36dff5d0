#include "inference/vision/style_model.hpp"

#include <cmath>

namespace easel::inference {
namespace {

int64_t number(const Condition& condition, std::string_view name, int64_t absent) {
    const auto found = condition.extra.find(name);
    return found == condition.extra.end() ? absent : found->second.item<int64_t>();
}

// Biases [batch, tokens, tokens] of `condition` with room for `added` tokens behind its prompt, to which all others
// attend with `bias`. They are kept in half precision, as in the reference.
Tensor widened(const Condition& condition, int64_t pictured, int64_t added, double bias) {
    const int64_t text = condition.cross.size(1), before = text + pictured, after = before + added;
    const Tensor old =
        condition.attention_mask.value_or(at::zeros({condition.cross.size(0), before, before}, at::kHalf));
    Tensor biases = at::zeros({condition.cross.size(0), after, after}, at::kHalf);
    const auto rows = [&](const Tensor& whole, int64_t dimension, bool is_text) {
        const int64_t start = is_text ? 0 : whole.size(dimension) - pictured;
        return whole.narrow(dimension, start, is_text ? text : pictured);
    };
    for (const bool from_text : {true, false}) {
        Tensor target = rows(biases, 1, from_text);
        for (const bool to_text : {true, false})
            rows(target, 2, to_text).copy_(rows(rows(old, 1, from_text), 2, to_text));
        target.narrow(2, text, added).fill_(bias);
    }
    return biases;
}

}  // namespace

StyleModel::StyleModel(const Weights& w)
    : layers_(std::make_shared<Layers>(
          Layers{.up = Linear(w / "redux_up"), .down = Linear(w / "redux_down"), .weights = w.table()})) {}

Tensor StyleModel::tokens(const ClipVisionOutput& picture) const {
    layers_->weights->use(nullptr);
    const Tensor features = picture.last_hidden_state.to(layers_->weights->settings().device);
    return layers_->down(at::silu(layers_->up(features))).flatten(0, 1).unsqueeze(0).to(at::kCPU, at::kFloat);
}

Conditioning with_style(const Conditioning& conditioning, const Tensor& tokens, double attention) {
    Conditioning styled = conditioning;
    for (Condition& condition : styled) {
        if (condition.attention_mask || attention != 1.0) {
            const int64_t height = number(condition, "attention_mask_height", 1);
            const int64_t width = number(condition, "attention_mask_width", 1);
            const double bias = static_cast<double>(std::log(static_cast<float>(attention)));
            condition.attention_mask = widened(condition, height * width, tokens.size(1), bias);
            condition.extra["attention_mask_height"] = at::scalar_tensor(height, at::kLong);
            condition.extra["attention_mask_width"] = at::scalar_tensor(width, at::kLong);
        }
        condition.cross = at::cat({condition.cross, tokens.to(condition.cross.scalar_type())}, 1);
    }
    return styled;
}

}  // namespace easel::inference
