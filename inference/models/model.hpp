// What MODEL links carry, and what a family's network implements behind it.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/patches/lora.hpp"
#include "inference/patches/merge.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/parameterization.hpp"
#include "inference/tensor.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/weights.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace easel::inference {

// One family's network. Weights are looked up through its table, so that one object serves every patched handle.
class DiffusionModel {
public:
    virtual ~DiffusionModel() = default;

    // The network's output (noise, velocity, ...) as float32, shaped like `x`. Activations have the compute type of the
    // weights; timestep embeddings and sums in normalisations are float32.
    virtual Tensor predict(const NetworkInput& input) const = 0;
    // Fills in what the network reads for one condition, all but x and timestep: called once for each run of sampling.
    // Unless a family says otherwise: the encoded prompt, and `concat` where the network has such channels.
    virtual void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const;
    // How many channels `concat` has beside x; 0 for most.
    virtual int64_t concat_channels() const { return 0; }
    // Whether the kept part of a masked latent is shown as it is instead of with noise.
    virtual bool keeps_latent_clean() const { return false; }
    // The largest memory that activations take for latents of this shape, for deciding what may stay resident.
    virtual std::size_t activation_bytes(at::IntArrayRef latent) const = 0;
    // What LoRA files call the network's modules.
    virtual LoraKeys lora_keys() const { return {}; }
};

struct ModelOptions;

// A cheap immutable copy: shared network and weights, and the patches that this handle wants to see.
class Model {
public:
    struct Parts {
        std::string family;
        std::shared_ptr<const DiffusionModel> network;
        std::shared_ptr<WeightTable> weights;
        Parameterization parameterization;
        LatentFormat latent_format;
    };
    // An empty handle, for fields that are filled later; only assignment is allowed.
    Model() = default;
    explicit Model(Parts parts) : parts_(std::make_shared<const Parts>(std::move(parts))) {}

    // Puts this handle's patches in force and runs the network. Inference thread only.
    Tensor predict(const NetworkInput& input) const;
    // The same for what the network reads of a condition.
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const;

    const std::string& family() const { return parts_->family; }
    const DiffusionModel& network() const { return *parts_->network; }
    const Parameterization& parameterization() const {
        return parameterization_ ? *parameterization_ : parts_->parameterization;
    }
    // What the network was trained with, whatever this handle says.
    const Parameterization& trained_parameterization() const { return parts_->parameterization; }
    const LatentFormat& latent_format() const { return latent_format_ ? *latent_format_ : parts_->latent_format; }
    const std::shared_ptr<WeightTable>& weights() const { return parts_->weights; }

    // Strength 0 returns the same handle.
    Model with_lora(const Lora& lora, double strength) const;
    // The text entries of the LoRA file that was applied last, of those that had any.
    const std::map<std::string, std::string>& lora_metadata() const;
    // Every weight that both models have is multiplied and the other's added, as `ratios` says for its key. The other
    // model's weights are looked up when they are needed.
    Model with_merged(const Model& other, const MergeRatios& ratios) const;
    const std::shared_ptr<const PatchSet>& patches() const { return patches_; }

    // Changes the weights that `patches` names by their keys.
    Model with_patches(const PatchList& patches) const;
    // The same network taken to predict something else, or at other levels.
    Model with_parameterization(Parameterization parameterization) const;
    Model with_latent_format(LatentFormat format) const;
    // Activations of this type; nothing for what suits the weights.
    Model with_compute_dtype(std::optional<at::ScalarType> dtype) const;

    // How sampling uses the network: guidance and patches to its blocks (sampling/model_options.hpp).
    const ModelOptions& options() const;
    Model with_options(std::shared_ptr<const ModelOptions> options) const;

    // How much a noise mask is a threshold on time instead of a blend: 1 lets a cell take part only while the share of
    // the schedule that is left is below its mask. (DifferentialDiffusion)
    Model with_timed_mask(double strength) const;
    std::optional<double> timed_mask() const { return timed_mask_; }

private:
    std::shared_ptr<const Parts> parts_;
    std::shared_ptr<const PatchSet> patches_;
    std::shared_ptr<const std::map<std::string, std::string>> lora_metadata_;
    std::shared_ptr<const ModelOptions> options_;
    std::optional<Parameterization> parameterization_;
    std::optional<LatentFormat> latent_format_;
    std::optional<double> timed_mask_;
    std::optional<at::ScalarType> compute_dtype_;
};

}  // namespace easel::inference
