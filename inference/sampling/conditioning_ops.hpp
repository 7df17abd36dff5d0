// Sums of encoded prompts, as the conditioning nodes make them.
#pragma once

#include "inference/sampling/conditioning.hpp"

namespace easel::inference {

// Every condition of `to` mixed with the first of `from`: strength * to + (1 - strength) * from, over the tokens of
// `to` (missing tokens of `from` count as zeros). Throws UserError when `from` is empty. (ConditioningAverage)
Conditioning average(const Conditioning& to, const Conditioning& from, double strength);

// The tokens of the first condition of `from` behind those of every condition of `to`. (ConditioningConcat)
Conditioning concat(const Conditioning& to, const Conditioning& from);

}  // namespace easel::inference
