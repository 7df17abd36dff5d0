#include "inference/memory/device_memory.hpp"

#include "base/error.hpp"
#include "base/host_memory.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <limits>

namespace easel::inference {

namespace {

constexpr std::uint64_t megabyte = 1 << 20;
// What computes without a lease of its own is given this share of the device for its activations.
constexpr std::uint64_t unannounced_share = 16;
// A table that is read once may take this share of the processor's memory before it passes through.
constexpr std::uint64_t once_share = 4;

std::uint64_t less(std::uint64_t bytes, std::uint64_t taken) { return bytes - std::min(bytes, taken); }

const std::string& name_of(const TableResidency& table) { return table.table().settings().origin; }

}  // namespace

DeviceMemory::DeviceMemory(at::Device device, MemoryOptions options) : device_(device), options_(options) {}

DeviceMemory::~DeviceMemory() = default;

std::uint64_t DeviceMemory::reserve() const {
    if (options_.reserve && !device_.is_cpu()) return *options_.reserve;
    return device_.is_cpu() ? std::min<std::uint64_t>(1024 * megabyte, state().total / 10) : 400 * megabyte;
}

std::uint64_t DeviceMemory::room_for_weights(std::uint64_t activation_bytes) const {
    return less(state().free + resident_bytes(), reserve() + activation_bytes);
}

std::size_t DeviceMemory::resident_bytes() const {
    std::size_t bytes = 0;
    for (const Tracked& tracked : tables_)
        bytes += tracked.table->held_bytes();
    return bytes;
}

void DeviceMemory::add(TableResidency& table) { tables_.push_back({&table, 0}); }

void DeviceMemory::remove(TableResidency& table) {
    std::erase_if(tables_, [&](const Tracked& tracked) { return tracked.table == &table; });
    for (Claim& claim : claims_)
        std::erase(claim.tables, &table);
}

Copier& DeviceMemory::copier() {
    if (!copier_) copier_ = std::make_unique<Copier>(device_);
    return *copier_;
}

bool DeviceMemory::is_leased(const TableResidency& table) const {
    return std::ranges::any_of(
        claims_, [&](const Claim& claim) { return std::ranges::find(claim.tables, &table) != claim.tables.end(); });
}

void DeviceMemory::admit(TableResidency& table) { plan({&table}, Reading::often); }

void DeviceMemory::shrink(TableResidency& table, std::size_t bytes) {
    const std::size_t before = table.held_bytes();
    if (bytes == 0)
        table.table().unload();
    else
        table.keep_at_most(bytes);
    logger("inference")
        ->debug("{} gave up {} of {} to make room", name_of(table), readable_bytes(before - table.held_bytes()),
                readable_bytes(before));
}

void DeviceMemory::plan(std::vector<TableResidency*> wanted, Reading reading) {
    for (Tracked& tracked : tables_)
        if (std::ranges::find(wanted, tracked.table) != wanted.end()) tracked.last_used = ++uses_;
    if (options_.mode != WeightMode::shared) {
        const bool streams = options_.mode == WeightMode::streamed;
        for (TableResidency* table : wanted)
            table->set_budget(streams ? table->passing_bytes() : std::numeric_limits<std::size_t>::max());
        return;
    }

    const DeviceState now = state();
    std::uint64_t activations = claims_.empty() ? now.total / unannounced_share : 0;
    for (const Claim& claim : claims_)
        activations += claim.activation_bytes;
    const std::uint64_t capacity = less(now.free + resident_bytes(), reserve() + activations);

    const auto passes = [&](TableResidency* table) {
        return reading == Reading::once && device_.is_cpu() && table->whole_bytes() > now.total / once_share;
    };
    std::uint64_t needed = 0, others = resident_bytes();
    for (TableResidency* table : wanted) {
        needed += passes(table) ? table->passing_bytes() : table->whole_bytes();
        others -= table->held_bytes();
    }
    std::ranges::sort(tables_, {}, &Tracked::last_used);
    for (const Tracked& tracked : tables_) {
        if (needed + others <= capacity) break;
        const std::size_t held = tracked.table->held_bytes();
        const bool is_wanted = std::ranges::find(wanted, tracked.table) != wanted.end();
        if (is_wanted || held == 0 || is_leased(*tracked.table)) continue;
        shrink(*tracked.table, less(held, needed + others - capacity));
        others -= held - tracked.table->held_bytes();
    }

    // The smaller ones whole; what is left over is for the largest.
    std::uint64_t room = less(capacity, others);
    std::ranges::sort(wanted, {}, [](TableResidency* table) { return table->whole_bytes(); });
    for (TableResidency* table : wanted) {
        const std::uint64_t whole = passes(table) ? table->passing_bytes() : table->whole_bytes();
        table->set_budget(passes(table) ? std::min(room, whole) : room);
        if (whole > room)
            logger("inference")
                ->info("{}: {} of {} can stay in memory, the rest is brought in for each use", name_of(*table),
                       readable_bytes(room), readable_bytes(whole));
        room -= std::min(room, whole);
    }
}

bool DeviceMemory::unload_idle() {
    const std::size_t before = resident_bytes();
    for (const Tracked& tracked : tables_)
        if (!is_leased(*tracked.table)) tracked.table->table().unload();
    release_cached_memory(device_);
    return resident_bytes() < before;
}

void DeviceMemory::unload_all() {
    for (const Tracked& tracked : tables_)
        tracked.table->table().unload();
    release_cached_memory(device_);
}

bool DeviceMemory::relieve() {
    if (unload_idle()) return true;
    const std::size_t before = resident_bytes();
    if (options_.mode == WeightMode::all_resident) return false;
    bool gives = false;
    for (const Tracked& tracked : tables_)
        gives |= tracked.table->halve();
    // Whoever computes needs that much more than it said.
    if (gives && !claims_.empty()) claims_.back().activation_bytes += before - resident_bytes();
    release_cached_memory(device_);
    return gives;
}

std::string DeviceMemory::shortage(const std::string& cause) const {
    const DeviceState now = state();
    const std::string where = device_.is_cpu() ? "memory" : "memory of " + device_.str();
    return "not enough " + where + ": " + readable_bytes(now.free) + " of " + readable_bytes(now.total) +
           " are free, models hold " + readable_bytes(resident_bytes()) + " (" + cause.substr(0, cause.find('\n')) +
           ")";
}

Lease::Lease(std::initializer_list<const WeightTable*> tables, std::size_t activation_bytes, Reading reading)
    : Lease(std::vector<const WeightTable*>(tables), activation_bytes, reading) {}

Lease::Lease(const std::vector<const WeightTable*>& tables, std::size_t activation_bytes, Reading reading) {
    std::vector<TableResidency*> wanted;
    for (const WeightTable* table : tables) {
        if (table == nullptr || table->residency() == nullptr) continue;
        if (!memory_) memory_ = table->settings().memory;
        if (table->settings().memory == memory_ && std::ranges::find(wanted, table->residency()) == wanted.end())
            wanted.push_back(table->residency());
    }
    if (!memory_) return;
    claim_ = memory_->claims_.insert(memory_->claims_.end(), {wanted, activation_bytes});
    memory_->plan(wanted, reading);
}

Lease::~Lease() {
    if (memory_) memory_->claims_.erase(claim_);
}

void make_room_or_rethrow(const WeightTable* table, const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    DeviceMemory* memory = table == nullptr ? nullptr : table->settings().memory.get();
    if (memory == nullptr || dynamic_cast<const OutOfMemory*>(&error)) throw;
    logger("inference")->warn("{}", memory->shortage(error.what()));
    if (!memory->relieve()) throw OutOfMemory(memory->shortage(error.what()));
}

}  // namespace easel::inference
