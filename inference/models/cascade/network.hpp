// Stable Cascade's two networks: stage C makes a small latent of a prompt, stage B the latent of an autoencoder of it.
// Both go down and up through levels of blocks. Depths, widths and repetitions are read from the weights.
#pragma once

#include "inference/models/cascade/blocks.hpp"
#include "inference/models/model.hpp"

#include <optional>
#include <vector>

namespace easel::inference::cascade {

// What every block is told beside its features.
struct BlockInputs {
    const Tensor& times;   // [batch, numbers * dim]
    const Tensor& prompt;  // [batch, tokens, dim]
};

// The levels of one direction, in the order in which they run.
class Levels {
public:
    enum class Direction { down, up };
    // `w` is the network; `direction` names the part of it.
    Levels(const Weights& w, Direction direction);

    std::size_t size() const { return levels_.size(); }
    // `skip` is what the way down has left at this level, undefined there and at the lowest level.
    Tensor operator()(std::size_t level, Tensor x, const BlockInputs& told, const Tensor& skip) const;

private:
    // To the next resolution, or only to another number of channels.
    struct Change {
        std::optional<Conv2d> conv;
        Weight widening, bias;  // of a transposed convolution that doubles the size

        Tensor operator()(const Tensor& x) const;
    };
    struct Level {
        std::vector<Block> blocks;
        std::vector<Conv2d> repeats;  // between the times that the blocks are run
        std::optional<Change> change;
    };

    static std::optional<Change> change_of(const Weights& w, Direction direction);

    Direction direction_;
    std::vector<Level> levels_;
};

// What both stages have in common.
class Stage : public DiffusionModel {
public:
    std::size_t activation_bytes(at::IntArrayRef latent) const override;

protected:
    // `numbers`: how many numbers beside the time blocks are told, all of them zero.
    Stage(const Weights& w, int64_t numbers);

    Tensor embedded(const Tensor& x) const;
    // The blocks over the embedded picture and the last layers, float32.
    Tensor through(const Tensor& x, const Tensor& timestep, const Tensor& prompt) const;

    Weights weights_;

private:
    int64_t patch_, numbers_, time_dim_;
    Conv2d in_, out_;
    Levels down_, up_;
};

class StageC : public Stage {
public:
    explicit StageC(const Weights& w);

    // Prompt, pooled prompt and pictures ("unclip", as unCLIPConditioning makes them).
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    LoraKeys lora_keys() const override;

private:
    Linear text_, pooled_, picture_;
};

class StageB : public Stage {
public:
    explicit StageB(const Weights& w);

    // Pooled prompt, and stage C's latent as the condition's `stable_cascade_prior`.
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // Two 1x1 convolutions and a norm.
    struct Mapper {
        Conv2d in, out;

        explicit Mapper(const Weights& w) : in(w / 0), out(w / 2) {}
        Tensor operator()(const Tensor& x) const { return normalised(out(at::gelu(in(x)))); }
    };

    Mapper prior_, pixels_;
    Linear pooled_;
};

}  // namespace easel::inference::cascade
