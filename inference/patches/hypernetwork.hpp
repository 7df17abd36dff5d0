// Hypernetworks of Stable Diffusion's web interface: small networks that change what attention makes keys and values
// of.
#pragma once

#include "inference/models/network_patches.hpp"
#include "inference/weights/safetensors.hpp"

namespace easel::inference {

// The patch that a file describes, for self attention and attention to the prompt alike; it changes contexts of the
// widths that the file has networks for. Throws ModelError when the file is no hypernetwork that is known.
AttentionInputPatch hypernetwork_patch(const WeightFile& file, double strength);

}  // namespace easel::inference
