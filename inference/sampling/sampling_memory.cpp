#include "inference/sampling/sampling_memory.hpp"

#include "inference/control/control.hpp"

#include <algorithm>
#include <limits>

namespace easel::inference {

SamplingRoom room_for_sampling(const Guider& guider, const SamplingTarget& target) {
    const WeightTable* own = guider.model.weights().get();
    std::vector<const WeightTable*> tables{own};
    std::int64_t conditions = 0;
    for (const GuidedSide& side : guider.sides) {
        if (side.model) tables.push_back(side.model->weights().get());
        conditions += static_cast<std::int64_t>(side.conditions.size());
        for (const Condition& condition : side.conditions)
            for (const AppliedControl* control = condition.control.get(); control != nullptr;
                 control = control->previous.get())
                tables.push_back(control->net.network().weights());
    }
    const DeviceMemory* memory = own->settings().memory.get();
    if (memory == nullptr) return {.lease = {}, .most_joined = std::numeric_limits<std::int64_t>::max()};

    std::vector<std::int64_t> shape = target.streams.empty() ? target.shape.vec() : target.streams.front();
    shape.resize(std::max<std::size_t>(shape.size(), 4), 1);  // sound has fewer sides than pictures
    const std::size_t each = std::max<std::size_t>(guider.model.network().activation_bytes(shape), 1);
    const auto most = static_cast<std::int64_t>(memory->room_for_weights() / 2 / each);
    const std::int64_t joined = std::clamp<std::int64_t>(most, 1, std::max<std::int64_t>(conditions, 1));
    return {.lease = Lease(tables, each * static_cast<std::size_t>(joined)), .most_joined = joined};
}

}  // namespace easel::inference
