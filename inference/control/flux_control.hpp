// ControlNets for Flux: those of InstantX and Shakker (which see an encoded picture, and may be told what kind it is),
// XLabs (which see pixels) and MistoLine.
#pragma once

#include "inference/control/control_network.hpp"

namespace easel::inference {

// Null when the file is no ControlNet for Flux.
std::shared_ptr<const ControlNetwork> load_flux_control(const ControlFile& file);

}  // namespace easel::inference
