#include "inference/memory/residency.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace easel::inference {

namespace {

constexpr std::size_t reserve = std::size_t{1} << 30;  // for activations and everybody else

}  // namespace

std::size_t available_memory() {
    std::ifstream meminfo("/proc/meminfo");
    std::string name, unit;
    std::size_t kibibytes = 0;
    while (meminfo >> name >> kibibytes && std::getline(meminfo, unit))
        if (name == "MemAvailable:") return kibibytes * 1024;
    return 0;
}

void Residency::track(const std::shared_ptr<WeightTable>& table) { tables_.push_back(table); }

std::vector<std::shared_ptr<WeightTable>> Residency::alive() const {
    std::erase_if(tables_, [](const auto& table) { return table.expired(); });
    std::vector<std::shared_ptr<WeightTable>> result;
    for (const auto& table : tables_)
        if (auto strong = table.lock()) result.push_back(std::move(strong));
    return result;
}

void Residency::make_room(std::size_t bytes) {
    auto tables = alive();
    std::ranges::sort(tables, {}, [](const auto& table) { return table->last_used(); });
    for (const auto& table : tables) {
        const std::size_t available = available_memory();
        if (available == 0 || available >= bytes + reserve) return;
        const std::size_t resident = table->resident_bytes();
        if (resident == 0) continue;
        logger("inference")->info("unloading {} ({} MB) to make room", table->settings().origin, resident >> 20);
        table->unload();
    }
}

void Residency::unload_all() {
    for (const auto& table : alive())
        table->unload();
}

std::size_t Residency::resident_bytes() const {
    std::size_t bytes = 0;
    for (const auto& table : alive())
        bytes += table->resident_bytes();
    return bytes;
}

}  // namespace easel::inference
