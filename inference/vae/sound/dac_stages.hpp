// The stages of autoencoders for waveforms that follow DAC (Kumar et al. 2023): three residual units of convolutions
// that see further and further, and a convolution that changes the rate. `Activation`, a function of [batch, channels,
// samples], is made from its weights.
#pragma once

#include "inference/vae/sound/layers.hpp"

#include <vector>

namespace easel::inference::dac {

template <class Activation>
struct ResidualUnit {
    Activation first, second;
    Conv1d wide, narrow;

    ResidualUnit(const Weights& layers, int64_t dilation)
        : first(layers / 0), second(layers / 2), wide(layers / 1, 1, dilation), narrow(layers / 3) {}
    Tensor operator()(const Tensor& x) const { return x + narrow(second(wide(first(x)))); }
};

// The units at `first` and behind. A unit's layers are in a part that is called like the stage's.
template <class Activation>
std::vector<ResidualUnit<Activation>> units_of(const Weights& stage, const char* part, int64_t first) {
    std::vector<ResidualUnit<Activation>> units;
    int64_t dilation = 1;
    for (int64_t i = 0; i < 3; ++i, dilation *= 3)
        units.emplace_back(stage / part / (first + i) / part, dilation);
    return units;
}

// Kernels are two strides long.
inline int64_t stride_of(const Weights& conv) { return SoundWeight(conv).size(2) / 2; }

template <class Activation>
struct DownStage {
    std::vector<ResidualUnit<Activation>> units;
    Activation activation;
    Conv1d conv;

    // `w` has its layers in `part`.
    DownStage(const Weights& w, const char* part)
        : units(units_of<Activation>(w, part, 0)), activation(w / part / 3),
          conv(w / part / 4, stride_of(w / part / 4), (stride_of(w / part / 4) + 1) / 2, 1) {}
    Tensor operator()(Tensor x) const {
        for (const auto& unit : units)
            x = unit(x);
        return conv(activation(x));
    }
};

template <class Activation>
struct UpStage {
    Activation activation;
    ConvTranspose1d conv;
    std::vector<ResidualUnit<Activation>> units;

    UpStage(const Weights& w, const char* part)
        : activation(w / part / 0), conv(w / part / 1, stride_of(w / part / 1), (stride_of(w / part / 1) + 1) / 2),
          units(units_of<Activation>(w, part, 2)) {}
    Tensor operator()(Tensor x) const {
        x = conv(activation(x));
        for (const auto& unit : units)
            x = unit(x);
        return x;
    }
};

// The stages of an encoder or a decoder, which lie between its first layer and its last two.
template <class Stage>
std::vector<Stage> stages_of(const Weights& layers, const char* part) {
    std::vector<Stage> stages;
    for (int64_t i = 1; i + 2 < layers.count(); ++i)
        stages.emplace_back(layers / i, part);
    return stages;
}

// The last layer but `index - 1`.
inline Weights from_end(const Weights& layers, int64_t index) { return layers / (layers.count() - index); }

}  // namespace easel::inference::dac
