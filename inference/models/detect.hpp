// What a model file is, told from its keys and shapes alone.
#pragma once

#include "inference/models/family.hpp"
#include "inference/weights/safetensors.hpp"

#include <string>
#include <string_view>

namespace easel::inference {

// The tensors whose keys begin with `prefix`, without it. Tensors are shared, not copied.
TensorMap part_of(const TensorMap& tensors, std::string_view prefix);

// The prefix of the diffusion model in a checkpoint, "model.diffusion_model." in most; empty when the file is nothing
// but a diffusion model.
std::string_view diffusion_prefix(const TensorMap& tensors);

// The tensors of the diffusion model in a checkpoint, or in a file that is nothing else, without its prefix; and the
// entries beside it that say what it was trained to predict ("v_pred", "edm_mean", ...).
TensorMap network_in(const TensorMap& tensors);

// Whether a key of network_in stands beside the network in checkpoints, without a prefix.
bool stands_beside_network(std::string_view key);

// The family whose network these tensors (prefix taken off) are; null when none says so.
const Family* match_family(const Families& families, const TensorMap& network);
// The family whose network these tensors are in diffusers' layout, which are renamed then; null when none says so.
const Family* adopt_diffusers(const Families& families, TensorMap& network);

// A sentence for error messages: what the file looks like and which loader takes it. Empty when nothing is recognised.
std::string describe(const TensorMap& tensors);

}  // namespace easel::inference
