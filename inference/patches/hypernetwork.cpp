#include "inference/patches/hypernetwork.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

namespace easel::inference {
namespace {

using Activation = Tensor (*)(const Tensor&);

Tensor unchanged(const Tensor& x) { return x; }

Activation activation_called(const std::string& name) {
    static const std::map<std::string, Activation> known{
        {"linear", unchanged},
        {"relu", [](const Tensor& x) { return at::relu(x); }},
        {"leakyrelu", [](const Tensor& x) { return at::leaky_relu(x); }},
        {"elu", [](const Tensor& x) { return at::elu(x); }},
        {"swish", [](const Tensor& x) { return at::hardswish(x); }},
        {"tanh", [](const Tensor& x) { return at::tanh(x); }},
        {"sigmoid", [](const Tensor& x) { return at::sigmoid(x); }},
        {"softsign", [](const Tensor& x) { return x / (x.abs() + 1); }},
        {"mish", [](const Tensor& x) { return at::mish(x); }},
    };
    const auto found = known.find(name);
    return found == known.end() ? nullptr : found->second;
}

struct Layer {
    Tensor weight, bias;  // a matrix, or the scale of a normalisation
};

// Layers in the order of their numbers: "linear.0", "linear.1", ...
using Layers = std::map<int64_t, Layer>;

struct Settings {
    Activation activation = unchanged;
    bool activates_output = false;
};

Tensor run(const Layers& layers, const Settings& settings, const Tensor& x) {
    Tensor y = x.to(at::kFloat);
    for (auto layer = layers.begin(); layer != layers.end(); ++layer) {
        const Tensor& weight = layer->second.weight;
        if (weight.dim() == 1) {
            y = at::layer_norm(y, weight.sizes(), weight, layer->second.bias);
            continue;
        }
        y = at::linear(y, weight, layer->second.bias);
        const bool is_last = std::none_of(std::next(layer), layers.end(),
                                          [](const auto& later) { return later.second.weight.dim() == 2; });
        if (!is_last || settings.activates_output) y = settings.activation(y);
    }
    return y.to(x.scalar_type());
}

struct Pair {
    Layers keys, values;
};

std::string text(const WeightFile& file, const char* name, const char* otherwise) {
    const auto found = file.metadata.find(name);
    return found == file.metadata.end() ? otherwise : found->second;
}

int64_t number_at(std::string_view text) {
    int64_t number = -1;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Keys are "<width>.<0 or 1>.<any>.<number>.<weight or bias>".
std::map<int64_t, Pair> networks_in(const TensorMap& tensors) {
    std::map<int64_t, Pair> networks;
    for (const auto& [key, tensor] : tensors) {
        const auto first = key.find('.'), second = key.find('.', first + 1), last = key.rfind('.');
        if (first == key.npos || second == key.npos || last <= second) continue;
        const int64_t width = number_at(key);
        const auto before = key.rfind('.', last - 1);
        const int64_t index = number_at(std::string_view(key).substr(before + 1));
        if (width <= 0 || index < 0) continue;
        Pair& pair = networks[width];
        Layer& layer = (key[first + 1] == '0' ? pair.keys : pair.values)[index];
        (key.ends_with("weight") ? layer.weight : layer.bias) = tensor.to(at::kFloat);
    }
    return networks;
}

}  // namespace

AttentionInputPatch hypernetwork_patch(const WeightFile& file, double strength) {
    const std::string name = file.path.filename().string();
    const std::string function = text(file, "activation_func", "linear");
    const Settings settings{.activation = activation_called(function),
                            .activates_output = text(file, "activate_output", "false") == "true"};
    if (settings.activation == nullptr)
        throw ModelError(name + " is a hypernetwork with the activation " + function + ", which is not known");
    const auto networks = std::make_shared<const std::map<int64_t, Pair>>(networks_in(file.tensors));
    if (networks->empty()) throw ModelError(name + " is no hypernetwork");
    return [networks, settings, strength](AttentionInput input, const PatchPlace&) {
        const auto found = networks->find(input.context.size(-1));
        if (found == networks->end()) return input;
        const Tensor keys = input.context + run(found->second.keys, settings, input.context) * strength;
        const Tensor values = input.value + run(found->second.values, settings, input.value) * strength;
        return AttentionInput{input.x, keys, values};
    };
}

}  // namespace easel::inference
