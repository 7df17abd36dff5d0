#include "inference/patches/baked_weights.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace easel::inference {
namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

// What a form takes that is a copy of its own.
std::size_t own_bytes(const Tensor& made, const Tensor& stored) {
    const bool is_shared = made.defined() && made.layout() == stored.layout() && made.device() == stored.device() &&
                           made.const_data_ptr() == stored.const_data_ptr();
    return !made.defined() || is_shared ? 0 : static_cast<std::size_t>(made.numel()) * made.element_size();
}

}  // namespace

// Quantised weights are decoded for each use anyway.
bool BakedWeights::is_kept_apart(const WeightTable::Entry& entry) const {
    return table_->settings().device.is_cpu() && !encoding_of(entry.stored);
}

void BakedWeights::change_to(std::int64_t variant, const std::set<std::string>& keys) {
    if (!table_ || variant == current_) return;
    std::set<std::string> changed = keys;
    changed.insert(keys_.begin(), keys_.end());
    Variant& before = variants_[current_];
    Variant& next = variants_[variant];
    before.last_used = ++uses_;
    next.last_used = ++uses_;
    for (const std::string& key : changed) {
        WeightTable::Entry* entry = table_->find(key);
        if (entry == nullptr || !is_kept_apart(*entry)) continue;
        before.forms[entry] = {.ready = std::exchange(entry->ready, {}),
                               .packed = std::exchange(entry->packed, {}),
                               .packed_as = entry->form,
                               .baked = entry->baked};
        entry->generation = never;  // so that its patches are looked at again
        const auto kept = next.forms.find(entry);
        if (kept == next.forms.end()) continue;
        Form form = std::move(kept->second);
        next.forms.erase(kept);
        entry->ready = std::move(form.ready);
        entry->packed = std::move(form.packed);
        entry->form = form.packed_as;
        entry->baked = std::move(form.baked);
    }
    current_ = variant;
    keys_ = keys;
    keep_within_limit();
}

std::size_t BakedWeights::kept_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [number, variant] : variants_)
        for (const auto& [entry, form] : variant.forms)
            bytes += own_bytes(form.ready, entry->stored) + own_bytes(form.packed, entry->stored);
    return bytes;
}

void BakedWeights::keep_within_limit() {
    while (kept_bytes() > most_bytes_) {
        const auto oldest = std::ranges::min_element(
            variants_, {}, [](const auto& item) { return item.second.forms.empty() ? never : item.second.last_used; });
        oldest->second.forms.clear();
    }
}

}  // namespace easel::inference
