#include "inference/weights/weights.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace easel::inference {

namespace {

// Decoded weights of a table that are kept: at least as many as one layer reads at once.
constexpr std::size_t most_decoded = 16;

bool starts_with_part(std::string_view key, std::string_view prefix) { return key.substr(0, prefix.size()) == prefix; }

// `weight`, which is the caller's own, with every patch applied.
Tensor with_patches(Tensor weight, const std::vector<AppliedPatch>& patches, const std::string& key) {
    for (const auto& [patch, strength, base] : patches) {
        try {
            if (base != 1.0) weight.mul_(base);
            weight = patch->apply(weight, strength);
        } catch (const ModelError& error) {
            logger("inference")->warn("{} is not patched: {}", key, error.what());
        } catch (const c10::Error& error) {  // shapes that no patch foresaw
            logger("inference")->warn("{} is not patched: {}", key, error.what_without_backtrace());
        }
    }
    return weight;
}

// A float32 copy.
Tensor own_float(const Tensor& tensor) { return tensor.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true); }

}  // namespace

MissingWeight::MissingWeight(std::string key, const std::string& origin)
    : ModelError(origin + " has no " + key + " (is it a model of another kind, or a part of one?)"),
      key_(std::move(key)) {}

WeightTable::WeightTable(TensorMap tensors, Settings settings) : settings_(std::move(settings)) {
    entries_.reserve(tensors.size());
    while (!tensors.empty()) {
        auto node = tensors.extract(tensors.begin());
        entries_.push_back(
            {.key = std::move(node.key()), .stored = std::move(node.mapped()), .ready = {}, .baked = {}});
    }
}

WeightTable::Entry* WeightTable::find(std::string_view key) {
    const auto found = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
    return found != entries_.end() && found->key == key ? &*found : nullptr;
}

void WeightTable::use(const std::shared_ptr<const PatchSet>& patches) {
    last_used_ = std::chrono::steady_clock::now();
    if (patches == patches_) return;
    patches_ = patches;
    ++generation_;
}

bool WeightTable::is_current(Entry& entry) {
    static const std::vector<AppliedPatch> none;
    if (entry.generation == generation_) return true;
    entry.generation = generation_;
    const auto& patches = patches_ ? patches_->of(entry.key) : none;
    if (entry.baked == patches) return true;
    entry.baked = patches;
    entry.ready = entry.packed = Tensor();  // gives their memory back before new ones are made
    return false;
}

const Tensor& WeightTable::prepare(Entry& entry, at::ScalarType dtype, at::Device device) {
    is_current(entry);
    const Tensor& ready = entry.ready;
    if (ready.defined() && ready.scalar_type() == dtype && ready.device() == device) return ready;
    entry.ready = Tensor();
    Tensor source = decoded(entry.stored);
    if (settings_.round_to) source = source.to(*settings_.round_to);
    if (!entry.baked.empty()) source = with_patches(own_float(source), entry.baked, entry.key);
    entry.ready = source.to(device, dtype);
    // Convolutions run with channels innermost; a kernel laid out otherwise would be copied at every call.
    if (entry.ready.dim() == 4) entry.ready = entry.ready.contiguous(at::MemoryFormat::ChannelsLast);
    if (encoding_of(entry.stored)) keep_decoded(entry);
    return entry.ready;
}

Tensor WeightTable::patched(const Entry& entry, const std::vector<AppliedPatch>& patches) const {
    return with_patches(own_float(decoded(entry.stored)), patches, entry.key);
}

void WeightTable::keep_decoded(Entry& entry) {
    std::erase(decoded_, &entry);
    decoded_.push_back(&entry);
    while (decoded_.size() > most_decoded) {
        decoded_.front()->ready = Tensor();
        decoded_.pop_front();
    }
}

void WeightTable::unload() {
    for (auto& entry : entries_)
        entry.ready = entry.packed = Tensor();
    decoded_.clear();
}

std::size_t WeightTable::resident_bytes() const {
    std::size_t bytes = 0;
    for (const auto& entry : entries_) {
        const bool shared = !encoding_of(entry.stored) && entry.ready.defined() &&
                            entry.ready.data_ptr() == entry.stored.data_ptr();
        if (entry.ready.defined() && !shared) bytes += entry.ready.nbytes();
        if (entry.packed.defined())
            bytes += static_cast<std::size_t>(entry.packed.numel()) * entry.packed.element_size();
    }
    return bytes;
}

Tensor Weight::rows(const Tensor& indices, at::ScalarType dtype) const {
    const bool prepared = entry_->ready.defined() && entry_->ready.scalar_type() == dtype;
    const bool plain = !prepared && !table_->patches_key(entry_->key) && !table_->settings().round_to;
    const Tensor flat = indices.flatten();
    auto shape = indices.sizes().vec();
    shape.push_back(entry_->stored.size(-1));
    if (const Encoding* encoding = encoding_of(entry_->stored); plain && encoding)
        return encoding->rows(flat, entry_->stored.sizes()).to(dtype).view(shape);
    const Tensor table = (plain ? entry_->stored : as(dtype, indices.device())).flatten(0, -2);
    const at::ScalarType stored = table.scalar_type();
    if (c10::isFloat8Type(stored))  // no gathering of these, but of bytes
        return table.view(at::kChar).index_select(0, flat).view(stored).to(dtype).view(shape);
    return table.index_select(0, flat).to(dtype).view(shape);
}

Weights Weights::operator/(std::string_view name) const {
    return Weights(table_, name.empty() ? prefix_ : prefix_ + std::string(name) + '.');
}

Weight Weights::operator[](std::string_view name) const {
    Weight weight = maybe(name);
    if (!weight) throw MissingWeight(prefix_ + std::string(name), origin());
    return weight;
}

Weight Weights::maybe(std::string_view name) const {
    auto* entry = table_->find(prefix_ + std::string(name));
    return entry == nullptr ? Weight() : Weight(table_, entry);
}

bool Weights::contains(std::string_view name) const { return table_->find(prefix_ + std::string(name)) != nullptr; }

bool Weights::empty() const {
    const auto& entries = table_->entries();
    const auto first = std::ranges::lower_bound(entries, prefix_, {}, &WeightTable::Entry::key);
    return first == entries.end() || !starts_with_part(first->key, prefix_);
}

int64_t Weights::count() const {
    int64_t count = 0;
    while (!(*this / count).empty())
        ++count;
    return count;
}

std::vector<std::string> Weights::keys() const {
    std::vector<std::string> keys;
    const auto& entries = table_->entries();
    auto entry = std::ranges::lower_bound(entries, prefix_, {}, &WeightTable::Entry::key);
    for (; entry != entries.end() && starts_with_part(entry->key, prefix_); ++entry)
        keys.push_back(entry->key.substr(prefix_.size()));
    return keys;
}

}  // namespace easel::inference
