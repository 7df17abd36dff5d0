// Which weights of one table are in its device's memory. A table falls into units, the blocks of its network, by the
// numbers in its keys. While a unit fits into the table's budget it stays when it has been used. The others pass
// through: each is let go of when another one is entered, and on an accelerator the one that comes next is copied
// meanwhile. What comes next is known from the pass before, and in the first pass from the numbers.
//
// Networks need not know: they ask for weights, and a weight that is not ready enters its unit. References to ready
// weights of a unit that passes through are good until a weight of another unit is asked for.
#pragma once

#include "inference/memory/copier.hpp"
#include "inference/weights/weights.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// The keys of a table by unit: those that share a path up to a number; where that is more than a sixteenth of all
// `bytes`, up to the next number; without a number, those of one layer. Keys are sorted; so are the units.
struct UnitName {
    std::string path;        // "double_blocks.3."
    std::string list;        // "double_blocks.", or empty
    std::int64_t place = 0;  // 3
};
std::vector<UnitName> unit_names(const std::vector<std::string>& keys, const std::vector<std::size_t>& bytes);

class TableResidency {
public:
    TableResidency(WeightTable& table, DeviceMemory& memory);
    ~TableResidency();
    TableResidency(const TableResidency&) = delete;
    TableResidency& operator=(const TableResidency&) = delete;

    // A weight that is not ready is about to be used. True when it has been made ready.
    bool enter(WeightTable::Entry& entry, at::ScalarType dtype, at::Device device);
    // The network is about to run from its beginning.
    void begin_pass();

    // How many bytes of the device its ready weights may take from now on. Lets go of units that are too much, the one
    // whose turn comes last first.
    void set_budget(std::size_t bytes);
    std::size_t budget() const { return budget_; }
    // What all of its units take, as far as weights are copies of their own.
    std::size_t whole_bytes() {
        measure();
        return whole_;
    }
    // What its ready weights take now, those on their way included.
    std::size_t held_bytes() const;
    // Enough for two units that pass through: one computes while the next is copied.
    std::size_t passing_bytes() {
        measure();
        return 2 * largest_;
    }

    // Lets go of units, the one whose turn comes last first, until no more than `bytes` are held, and keeps to that.
    void keep_at_most(std::size_t bytes);
    // Halves what stays. False when nothing does.
    bool halve();

    // Nothing is ready any more.
    void forget();
    WeightTable& table() const { return table_; }
    // Whether a budget has been set since it was made or forgotten.
    bool is_admitted() const { return is_admitted_; }

private:
    struct Unit {
        UnitName name;
        std::size_t first = 0, count = 0;  // of its keys in `members_`
        std::size_t bytes = 0;             // that its ready weights take
        std::uint64_t turn = 0;            // when it was first entered; 0: never
        std::optional<std::size_t> next;   // what was entered after it, as far as it has not stayed
        bool stays = false;
        bool is_passing = false;
    };
    // A weight that is patched or rounded and whose unit does not stay, kept on the CPU: patching anew for each pass
    // would take longer.
    struct Patched {
        Tensor weight;
        std::vector<AppliedPatch> patches;
    };
    struct Staged {
        std::size_t unit;
        std::uint64_t generation;  // of the table's patches
        std::vector<std::size_t> entries;
        std::future<std::vector<Tensor>> copies;
    };

    bool on_accelerator() const { return !device_.is_cpu(); }
    std::size_t bytes_of(std::size_t entry) const;
    void measure();
    void arrive(std::size_t unit);
    bool fits(const Unit& unit) const;
    void let_go(Unit& unit);
    // The unit that stays and was first entered last, or null.
    Unit* last_staying();
    std::optional<std::size_t> successor(const Unit& unit) const;
    void stage(std::size_t unit);
    void take_staged(std::size_t unit);
    const Tensor& patched_on_host(std::size_t entry, at::ScalarType dtype);
    WeightTable::Entry& entry_at(std::size_t index) const { return table_.entries()[index]; }

    WeightTable& table_;
    DeviceMemory& memory_;
    const at::Device device_;
    std::size_t budget_ = std::numeric_limits<std::size_t>::max();
    bool is_admitted_ = false;

    std::vector<Unit> units_;
    std::vector<std::size_t> members_;                     // entries, unit by unit
    std::vector<std::size_t> unit_of_;                     // by entry
    std::vector<std::optional<at::ScalarType>> asked_as_;  // by entry: the type it was last asked for in
    std::map<std::size_t, Patched> patched_;
    std::size_t staying_ = 0, largest_ = 0, whole_ = 0;  // bytes
    std::uint64_t turns_ = 0;
    std::optional<std::size_t> current_;
    std::optional<Staged> staged_;
    std::shared_ptr<c10::Event> room_;  // what still reads the memory of the unit let go of last
};

}  // namespace easel::inference
