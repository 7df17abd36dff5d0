// The memory of one device and who may use it. What computes takes a lease: it names the weight tables it runs on and
// how much its activations need, and for as long as it lives those tables are not given up for others. Where not
// everything fits, idle tables make room, the one used longest ago first and no more of it than is needed; where that
// is not enough, a table keeps as many of its blocks as fit and the others pass through (memory/table_residency.hpp).
//
// All of it belongs to the thread that runs inference, except state().
#pragma once

#include "inference/memory/device.hpp"
#include "inference/memory/table_residency.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// How weights share the device's memory, after ComfyUI's flags.
enum class WeightMode {
    shared,       // as described above
    streamed,     // --novram: every block passes through
    all_resident  // --highvram, --gpu-only: whole or not at all
};

struct MemoryOptions {
    WeightMode mode = WeightMode::shared;
    // Bytes left to others: --reserve-vram. Unset: 400 MB of an accelerator, a tenth of the processor's, 1 GB at most.
    std::optional<std::uint64_t> reserve = std::nullopt;
    std::optional<std::uint64_t> max_ram = std::nullopt;  // bytes: --max-ram, for the processor's memory
    bool text_on_cpu = false;                             // --lowvram: text encoders leave the accelerator alone
};

// How a lease uses the weights it names.
enum class Reading {
    often,  // step after step, or token after token
    once    // each weight once, for many rows at a time: a prompt that is encoded
};

class DeviceMemory {
public:
    DeviceMemory(at::Device device, MemoryOptions options);
    ~DeviceMemory();
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    at::Device device() const { return device_; }
    const MemoryOptions& options() const { return options_; }

    // Of the device as a whole, now. From any thread.
    DeviceState state() const { return device_state(device_, options_.max_ram); }
    // What models may take beside activations of so many bytes when nothing else is there.
    std::uint64_t room_for_weights(std::uint64_t activation_bytes = 0) const;
    // What ready weights of all tables take.
    std::size_t resident_bytes() const;

    // Gives up everything that no lease holds. False: there was nothing.
    bool unload_idle();
    // As far as it goes: leased tables prepare their weights again when they are used.
    void unload_all();
    // After running out of memory: gives up what is idle, else half of what leased tables keep. False: nothing is left.
    bool relieve();
    // What to tell a user whose prompt does not fit: the device, what is free, what models hold.
    std::string shortage(const std::string& cause) const;

    // For TableResidency.
    void add(TableResidency& table);
    void remove(TableResidency& table);
    void admit(TableResidency& table);
    Copier& copier();

private:
    friend class Lease;

    struct Tracked {
        TableResidency* table;
        std::uint64_t last_used;
    };
    struct Claim {
        std::vector<TableResidency*> tables;
        std::size_t activation_bytes;
    };

    std::uint64_t reserve() const;
    void plan(std::vector<TableResidency*> wanted, Reading reading);
    bool is_leased(const TableResidency& table) const;
    // Lets an idle table keep no more than `bytes`.
    void shrink(TableResidency& table, std::size_t bytes);

    const at::Device device_;
    const MemoryOptions options_;
    std::vector<Tracked> tables_;
    std::list<Claim> claims_;
    std::uint64_t uses_ = 0;
    std::unique_ptr<Copier> copier_;
};

// Tables without a DeviceMemory, and null ones, need no lease. On the processor a table that is read once and would
// take a good part of the memory passes through: converting its weights takes far less time than the products with
// them.
class Lease {
public:
    Lease() = default;
    Lease(std::initializer_list<const WeightTable*> tables, std::size_t activation_bytes,
          Reading reading = Reading::often);
    Lease(const std::vector<const WeightTable*>& tables, std::size_t activation_bytes,
          Reading reading = Reading::often);
    ~Lease();
    Lease(Lease&& other) noexcept : memory_(std::move(other.memory_)), claim_(other.claim_) { other.memory_.reset(); }
    Lease& operator=(Lease&&) = delete;

private:
    std::shared_ptr<DeviceMemory> memory_;
    std::list<DeviceMemory::Claim>::iterator claim_;
};

// Called where `error` is being handled: makes room on the device of `table` if it says that memory is short and room
// can be made. Otherwise it is thrown on, a shortage as OutOfMemory with what is known about it.
void make_room_or_rethrow(const WeightTable* table, const std::exception& error);

// Runs `work` and repeats it, a few times at most, while it runs out of memory and room can be made.
template <class Work>
auto with_room(const WeightTable* table, const Work& work) {
    for (int attempt = 0; attempt < 6; ++attempt) {
        try {
            return work();
        } catch (const std::exception& error) {
            make_room_or_rethrow(table, error);
        }
    }
    return work();
}

}  // namespace easel::inference
