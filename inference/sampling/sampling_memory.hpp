// Room in the device's memory for a run of sampling.
#pragma once

#include "inference/memory/device_memory.hpp"
#include "inference/sampling/guider.hpp"

#include <cstdint>

namespace easel::inference {

struct SamplingRoom {
    Lease lease;               // of all networks that the run evaluates
    std::int64_t most_joined;  // so many conditions may be evaluated in one batch
};

// Text encoders and whatever else is idle make room first. Conditions share a batch while their activations take no
// more than half of what is there.
SamplingRoom room_for_sampling(const Guider& guider, const SamplingTarget& target);

}  // namespace easel::inference
