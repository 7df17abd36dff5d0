// Networks that look at a picture and add to the activations of a diffusion model: what each kind of control file
// implements.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/tensor.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/weights.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

class Model;

// What a control network reads at one step.
struct ControlCall {
    Tensor x, timestep;  // as the diffusion model gets them
    Tensor hint;         // [batch, channels, h, w]: the picture as traits() asks for it
    const NetworkInput& inputs;
    const std::vector<int64_t>& types;  // which kinds of picture a union network is given
    const Model& model;                 // whose activations are added to
};

// How the picture is made ready.
struct ControlTraits {
    int64_t cell = 8;  // pixels of the hint per cell of the latent and side; of its latent where there is a VAE
    std::string_view resize_method = "nearest-exact";
    int64_t multiple = 1;                                // the sides of the hint are rounded up to it
    std::optional<LatentFormat> latent = {};             // the hint goes through a VAE and into this format
    bool reads_mask = false;                             // a mask is put behind the hint's channels
    bool grey = false;                                   // the hint has one channel, the mean of the picture's
    bool averages = false;                               // what it adds is averaged over the picture
    bool takes_root = false;                             // the root of its strength counts
    Tensor (*preprocess)(const Tensor& hint) = nullptr;  // of the resized picture in 0..1
};

class ControlNetwork {
public:
    virtual ~ControlNetwork() = default;
    virtual ControlResiduals operator()(const ControlCall& call) const = 0;
    virtual const ControlTraits& traits() const = 0;
    // Whether it looks at nothing but the hint, so that one evaluation serves all steps.
    virtual bool is_constant() const { return false; }
    // What it runs on beside the diffusion model's own weights; null when that is little, or not made yet.
    virtual const WeightTable* weights() const { return nullptr; }
};

// The network in a file's tensors, whatever its kind and layout; `name` is the file's, of which some say more.
// `table` makes weights of tensors. `base` is the model that files with differences to its weights were made for; null
// when it is not given. Throws ModelError when no kind is recognised. (comfy.controlnet.load_controlnet)
struct ControlFile {
    const TensorMap& tensors;
    std::string name;
    const std::function<Weights(TensorMap)>& table;
    const Model* base = nullptr;
};
std::shared_ptr<const ControlNetwork> load_control_network(const ControlFile& file);

}  // namespace easel::inference
