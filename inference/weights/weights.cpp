#include "inference/weights/weights.hpp"

#include "base/log.hpp"
#include "inference/memory/device.hpp"
#include "inference/memory/table_residency.hpp"
#include "inference/weights/mapped_tensor.hpp"

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
    if (settings_.memory) residency_ = std::make_unique<TableResidency>(*this, *settings_.memory);
}

WeightTable::~WeightTable() = default;

WeightTable::Entry* WeightTable::find(std::string_view key) {
    const auto found = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
    return found != entries_.end() && found->key == key ? &*found : nullptr;
}

void WeightTable::use(const std::shared_ptr<const PatchSet>& patches) {
    if (patches != patches_) {
        patches_ = patches;
        ++generation_;
    }
    if (residency_) residency_->begin_pass();
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
    if (residency_ && residency_->enter(entry, dtype, device)) return entry.ready;
    if (device.is_cpu()) {
        entry.ready = made(entry, dtype);
        if (encoding_of(entry.stored))
            keep_decoded(entry);
        else if (entry.ready.const_data_ptr() != entry.stored.const_data_ptr())
            release_pages(entry.stored);
    } else {
        const bool is_changed = is_patched(entry) || settings_.round_to;
        entry.ready = on_device(is_changed ? made(entry, dtype) : entry.stored, dtype, device);
    }
    return entry.ready;
}

Tensor WeightTable::made(Entry& entry, at::ScalarType dtype) {
    Tensor source = decoded(entry.stored);
    if (settings_.round_to) source = source.to(*settings_.round_to);
    if (is_patched(entry)) source = with_patches(own_float(source), entry.baked, entry.key);
    return laid_out(source.to(dtype));
}

void WeightTable::begin_packing(Entry& entry, at::ScalarType dtype) {
    entry.packed = Tensor();
    if (residency_) residency_->enter(entry, dtype, at::kCPU);
}

void WeightTable::finish_packing(Entry& entry) {
    entry.ready = Tensor();
    release_pages(entry.stored);
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
    if (residency_) residency_->forget();
    for (auto& entry : entries_)
        entry.ready = entry.packed = Tensor();
    decoded_.clear();
}

std::size_t WeightTable::resident_bytes() const {
    std::size_t bytes = 0;
    for (const auto& entry : entries_) {
        const bool shared =
            !encoding_of(entry.stored) && entry.ready.defined() && entry.ready.data_ptr() == entry.stored.data_ptr();
        if (entry.ready.defined() && !shared) bytes += entry.ready.nbytes();
        if (entry.packed.defined())
            bytes += static_cast<std::size_t>(entry.packed.numel()) * entry.packed.element_size();
    }
    return bytes;
}

Tensor Weight::rows(const Tensor& indices, at::ScalarType dtype) const {
    const bool prepared = entry_->ready.defined() && entry_->ready.scalar_type() == dtype;
    const bool plain = !prepared && !table_->patches_key(entry_->key) && !table_->settings().round_to;
    const Tensor table = plain ? entry_->stored : as(dtype, table_->settings().device);
    const Tensor flat = indices.flatten().to(table.device());
    auto shape = indices.sizes().vec();
    shape.push_back(entry_->stored.size(-1));
    const auto finished = [&](const Tensor& rows) { return rows.to(table_->settings().device, dtype).view(shape); };
    if (const Encoding* encoding = encoding_of(entry_->stored); plain && encoding)
        return finished(encoding->rows(flat, entry_->stored.sizes()));
    const Tensor matrix = table.flatten(0, -2);
    const at::ScalarType stored = matrix.scalar_type();
    if (c10::isFloat8Type(stored))  // no gathering of these, but of bytes
        return finished(matrix.view(at::kChar).index_select(0, flat).view(stored));
    return finished(matrix.index_select(0, flat));
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

std::string Weights::metadata(const std::string& name) const {
    const auto& entries = table_->settings().metadata;
    const auto found = entries.find(name);
    return found == entries.end() ? std::string() : found->second;
}

}  // namespace easel::inference
