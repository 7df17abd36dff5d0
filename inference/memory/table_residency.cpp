#include "inference/memory/table_residency.hpp"

#include "base/log.hpp"
#include "inference/memory/device.hpp"
#include "inference/memory/device_memory.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace easel::inference {

namespace {

// Where the path up to the `count`th number of a key ends, the dot included; nothing where it has fewer numbers.
std::optional<std::size_t> end_of_number(std::string_view key, int count) {
    std::size_t begin = 0;
    while (begin < key.size()) {
        const std::size_t dot = key.find('.', begin);
        if (dot == std::string_view::npos) return std::nullopt;
        const std::string_view part = key.substr(begin, dot - begin);
        const bool is_number = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
        if (is_number && --count == 0) return dot + 1;
        begin = dot + 1;
    }
    return std::nullopt;
}

UnitName name_of_layer(const std::string& key) {
    const std::size_t dot = key.rfind('.');
    return {.path = dot == std::string::npos ? key : key.substr(0, dot + 1), .list = {}};
}

UnitName name_of_block(const std::string& key, std::size_t end) {
    const std::size_t before = key.rfind('.', end - 2);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    UnitName name{.path = key.substr(0, end), .list = key.substr(0, begin)};
    std::from_chars(key.data() + begin, key.data() + end - 1, name.place);
    return name;
}

}  // namespace

std::vector<UnitName> unit_names(const std::vector<std::string>& keys, const std::vector<std::size_t>& bytes) {
    std::size_t all = 0;
    for (const std::size_t size : bytes)
        all += size;
    // How many numbers of its path a key's unit is known by; raised for the keys of units that are too large.
    std::vector<int> depth(keys.size(), 1);
    std::vector<UnitName> names(keys.size());
    for (int level = 1;; ++level) {
        std::map<std::string, std::pair<std::size_t, std::size_t>> sizes;  // bytes and keys by path
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (depth[i] == level) {
                const auto end = end_of_number(keys[i], level);
                names[i] = end ? name_of_block(keys[i], *end) : name_of_layer(keys[i]);
            }
            auto& [size, count] = sizes[names[i].path];
            size += bytes[i];
            ++count;
        }
        bool is_split = false;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto& [size, count] = sizes[names[i].path];
            if (depth[i] != level || names[i].list.empty() || size <= all / 16 || count == 1) continue;
            depth[i] = level + 1;
            is_split = true;
        }
        if (!is_split) return names;
    }
}

TableResidency::TableResidency(WeightTable& table, DeviceMemory& memory)
    : table_(table), memory_(memory), device_(table.settings().device) {
    std::vector<std::string> keys;
    std::vector<std::size_t> bytes;
    for (const auto& entry : table_.entries()) {
        keys.push_back(entry.key);
        bytes.push_back(static_cast<std::size_t>(entry.stored.numel()));
    }
    asked_as_.resize(keys.size());
    unit_of_.resize(keys.size());
    const std::vector<UnitName> names = unit_names(keys, bytes);
    std::map<std::string, std::size_t> by_path;
    std::vector<std::vector<std::size_t>> entries;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto [unit, is_new] = by_path.try_emplace(names[i].path, units_.size());
        if (is_new) {
            units_.push_back({.name = names[i]});
            entries.emplace_back();
        }
        unit_of_[i] = unit->second;
        entries[unit->second].push_back(i);
    }
    for (std::size_t unit = 0; unit < units_.size(); ++unit) {
        units_[unit].first = members_.size();
        units_[unit].count = entries[unit].size();
        members_.insert(members_.end(), entries[unit].begin(), entries[unit].end());
    }
    memory_.add(*this);
}

TableResidency::~TableResidency() {
    if (staged_) staged_->copies.wait();
    memory_.remove(*this);
}

std::size_t TableResidency::bytes_of(std::size_t index) const {
    const auto& entry = std::as_const(table_).entries()[index];
    const auto& settings = table_.settings();
    const at::ScalarType dtype = asked_as_[index].value_or(table_.compute_dtype());
    const bool is_encoded = encoding_of(entry.stored) != nullptr;
    if (!on_accelerator()) {
        if (entry.packed.defined()) return static_cast<std::size_t>(entry.packed.numel()) * entry.packed.element_size();
        if (settings.half_products && entry.stored.dim() >= 2)  // as most of them will be packed
            return static_cast<std::size_t>(entry.stored.numel()) * c10::elementSize(at::kHalf);
        if (is_encoded) return 0;  // decoded for each use
        const bool is_packed = settings.pack && entry.stored.dim() >= 2;
        const bool is_rearranged =
            entry.stored.dim() == 4 && !entry.stored.is_contiguous(at::MemoryFormat::ChannelsLast);
        if (entry.stored.scalar_type() == dtype && !is_packed && !is_rearranged && !settings.round_to &&
            !table_.patches_key(entry.key))
            return 0;  // as mapped
    }
    return static_cast<std::size_t>(entry.stored.numel()) * c10::elementSize(dtype);
}

void TableResidency::measure() {
    staying_ = largest_ = whole_ = 0;
    for (Unit& unit : units_) {
        unit.bytes = 0;
        for (std::size_t i = unit.first; i < unit.first + unit.count; ++i)
            unit.bytes += bytes_of(members_[i]);
        whole_ += unit.bytes;
        largest_ = std::max(largest_, unit.bytes);
        if (unit.stays) staying_ += unit.bytes;
    }
}

std::size_t TableResidency::held_bytes() const {
    return table_.resident_bytes() + (staged_ ? units_[staged_->unit].bytes : 0);
}

void TableResidency::set_budget(std::size_t bytes) {
    measure();
    is_admitted_ = true;
    budget_ = std::max(bytes, largest_);  // with less no block could run
    while (whole_ > budget_ && staying_ > 0 && staying_ + 2 * largest_ > budget_)
        let_go(*last_staying());
}

bool TableResidency::halve() {
    const std::size_t half = staying_ / 2;
    if (staying_ == 0) return false;
    while (staying_ > half)
        let_go(*last_staying());
    budget_ = std::min(budget_, half + 2 * largest_);
    return true;
}

void TableResidency::keep_at_most(std::size_t bytes) {
    if (staged_ && held_bytes() > bytes) {
        staged_->copies.wait();
        staged_.reset();
    }
    if (current_ && units_[*current_].is_passing && held_bytes() > bytes) let_go(units_[*current_]);
    while (Unit* last = held_bytes() > bytes ? last_staying() : nullptr)
        let_go(*last);
    budget_ = std::max(std::min(budget_, bytes), largest_);
}

TableResidency::Unit* TableResidency::last_staying() {
    Unit* last = nullptr;
    for (Unit& unit : units_)
        if (unit.stays && (last == nullptr || unit.turn > last->turn)) last = &unit;
    return last;
}

void TableResidency::forget() {
    if (staged_) staged_->copies.wait();
    staged_.reset();
    for (Unit& unit : units_)
        unit.stays = unit.is_passing = false;
    patched_.clear();
    room_.reset();
    current_.reset();
    staying_ = 0;
    is_admitted_ = false;
}

bool TableResidency::enter(WeightTable::Entry& entry, at::ScalarType dtype, at::Device device) {
    if (device != device_) return false;
    if (!is_admitted_) memory_.admit(*this);
    const auto index = static_cast<std::size_t>(&entry - table_.entries().data());
    asked_as_[index] = dtype;
    if (current_ != unit_of_[index]) arrive(unit_of_[index]);
    if (entry.ready.defined() && entry.ready.scalar_type() == dtype) return true;
    if (!on_accelerator() || units_[unit_of_[index]].stays || !table_.is_patched(entry)) return false;
    entry.ready = on_device(patched_on_host(index, dtype), dtype, device_);
    return true;
}

void TableResidency::arrive(std::size_t index) {
    Unit& unit = units_[index];
    if (current_) {
        Unit& before = units_[*current_];
        if (before.is_passing) let_go(before);
        if (unit.turn == 0 || unit.turn > before.turn) before.next = index;
    }
    current_ = index;
    if (unit.turn == 0) unit.turn = ++turns_;
    if (!unit.stays && fits(unit)) {
        unit.stays = true;
        staying_ += unit.bytes;
    }
    unit.is_passing = !unit.stays;
    if (!on_accelerator()) return;
    take_staged(index);
    if (const auto next = successor(unit)) stage(*next);
}

bool TableResidency::fits(const Unit& unit) const {
    if (whole_ <= budget_) return true;
    std::size_t largest = 0;  // that will pass through
    for (const Unit& other : units_)
        if (!other.stays && &other != &unit) largest = std::max(largest, other.bytes);
    return staying_ + unit.bytes + 2 * largest <= budget_;
}

void TableResidency::let_go(Unit& unit) {
    if (on_accelerator()) room_ = mark(device_);
    for (std::size_t i = unit.first; i < unit.first + unit.count; ++i)
        entry_at(members_[i]).ready = entry_at(members_[i]).packed = Tensor();
    if (unit.stays) staying_ -= unit.bytes;
    unit.stays = unit.is_passing = false;
}

std::optional<std::size_t> TableResidency::successor(const Unit& unit) const {
    std::optional<std::size_t> next = unit.next;
    if (!next && !unit.name.list.empty())
        for (std::size_t i = 0; i < units_.size() && !next; ++i)
            if (units_[i].name.list == unit.name.list && units_[i].name.place == unit.name.place + 1) next = i;
    std::uint64_t turn = unit.turn;
    while (next && units_[*next].stays && units_[*next].turn > turn) {
        turn = units_[*next].turn;
        next = units_[*next].next;
    }
    if (!next || units_[*next].stays) return std::nullopt;
    // What comes around again waits for the next pass, which there may not be.
    return units_[*next].turn == 0 || units_[*next].turn > turn ? next : std::nullopt;
}

void TableResidency::begin_pass() {
    if (!on_accelerator() || !is_admitted_ || staged_) return;
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < units_.size(); ++i)
        if (!units_[i].stays && units_[i].turn > 0 && (!first || units_[i].turn < units_[*first].turn)) first = i;
    if (first && first != current_) stage(*first);
}

void TableResidency::stage(std::size_t index) {
    if (staged_ && staged_->unit == index) return;
    Unit& unit = units_[index];
    const std::size_t passing = current_ && units_[*current_].is_passing ? units_[*current_].bytes : 0;
    if (staying_ + passing + unit.bytes > budget_) return;
    // Before its first use a block is taken to be used as those before it. (The last of them has just been entered.)
    const auto asked_of_siblings = [&](const std::string& key) -> std::optional<at::ScalarType> {
        if (unit.turn > 0 || unit.name.list.empty()) return std::nullopt;
        for (const std::int64_t distance : {1, 2}) {
            const std::string path = unit.name.list + std::to_string(unit.name.place - distance) + ".";
            const auto* sibling = table_.find(path + key.substr(unit.name.path.size()));
            if (sibling == nullptr) continue;
            if (const auto dtype = asked_as_[static_cast<std::size_t>(sibling - table_.entries().data())]) return dtype;
        }
        return std::nullopt;
    };
    std::vector<Copier::Part> parts;
    Staged staged{.unit = index, .generation = table_.generation(), .entries = {}, .copies = {}};
    for (std::size_t i = unit.first; i < unit.first + unit.count; ++i) {
        const std::size_t member = members_[i];
        auto& entry = entry_at(member);
        auto dtype = asked_as_[member];
        if (!dtype) dtype = asked_of_siblings(entry.key);
        if (!dtype || entry.ready.defined()) continue;
        const bool is_changed = table_.is_patched(entry) || table_.settings().round_to;
        parts.push_back({is_changed ? patched_on_host(member, *dtype) : entry.stored, *dtype});
        staged.entries.push_back(member);
    }
    if (parts.empty()) return;
    if (staged_) staged_->copies.wait();
    staged.copies = memory_.copier().copy(std::move(parts), room_);
    staged_ = std::move(staged);
}

void TableResidency::take_staged(std::size_t index) {
    if (!staged_ || (staged_->unit != index && units_[index].stays)) return;
    Staged staged = std::move(*staged_);
    staged_.reset();
    std::vector<Tensor> copies;
    try {
        copies = staged.copies.get();
    } catch (const std::exception& error) {  // each weight is then made when it is used, and says itself what is wrong
        logger("inference")->debug("a block could not be brought in ahead: {}", error.what());
        return;
    }
    if (staged.unit != index || staged.generation != table_.generation()) return;
    for (std::size_t i = 0; i < copies.size(); ++i) {
        auto& entry = entry_at(staged.entries[i]);
        table_.is_patched(entry);  // brings what it says of its patches up to date
        asked_as_[staged.entries[i]] = copies[i].scalar_type();
        if (entry.ready.defined()) continue;
        handed_over(copies[i]);
        entry.ready = std::move(copies[i]);
    }
}

const Tensor& TableResidency::patched_on_host(std::size_t index, at::ScalarType dtype) {
    auto& entry = entry_at(index);
    Patched& kept = patched_[index];
    const bool is_patched = table_.is_patched(entry);
    if (!kept.weight.defined() || kept.weight.scalar_type() != dtype || (is_patched && kept.patches != entry.baked))
        kept = {.weight = table_.made(entry, dtype), .patches = entry.baked};
    return kept.weight;
}

}  // namespace easel::inference
