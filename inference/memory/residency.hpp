// Which weight tables there are and how much memory their prepared weights take: what decides who makes room.
#pragma once

#include "inference/weights/weights.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace easel::inference {

class Residency {
public:
    void track(const std::shared_ptr<WeightTable>& table);

    // Unloads tables, the one that was used longest ago first, until about `bytes` are free beside a reserve.
    void make_room(std::size_t bytes);
    void unload_all();
    std::size_t resident_bytes() const;

private:
    std::vector<std::shared_ptr<WeightTable>> alive() const;

    mutable std::vector<std::weak_ptr<WeightTable>> tables_;
};

// Memory that programs may still take without swapping, in bytes; 0 when the system does not say.
std::size_t available_memory();

}  // namespace easel::inference
