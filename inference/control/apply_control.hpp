// Hanging control networks on conditions.
#pragma once

#include "inference/control/control.hpp"
#include "inference/sampling/conditioning.hpp"

#include <utility>

namespace easel::inference {

// Both sides hear `control` after what they hear already; conditions that hear the same share it, so that they can be
// evaluated in one batch. `control.previous` is ignored. (ControlNetApplyAdvanced)
std::pair<Conditioning, Conditioning> with_control(const Conditioning& positive, const Conditioning& negative,
                                                   const AppliedControl& control);

// The same for one side, which tells the other side about it when they are sampled together. (ControlNetApply)
Conditioning with_control_for_both_sides(const Conditioning& conditioning, const AppliedControl& control);

}  // namespace easel::inference
