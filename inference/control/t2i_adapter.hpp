// T2I-Adapters (Mou et al. 2023): small networks that look at the picture once and add to a UNet's way in.
#pragma once

#include "inference/control/control_network.hpp"

namespace easel::inference {

// A file's tensors as the network names them; diffusers' layout is renamed. Empty when they are no adapter.
TensorMap t2i_adapter_tensors(const TensorMap& tensors);

// `w` holds what t2i_adapter_tensors returned.
std::shared_ptr<const ControlNetwork> make_t2i_adapter(const Weights& w);

}  // namespace easel::inference
