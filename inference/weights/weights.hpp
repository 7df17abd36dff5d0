// The weights of a model part and the view of them by key path that networks are built from:
//
//     struct Linear {
//         Weight weight, bias;
//         explicit Linear(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}
//         Tensor operator()(const Tensor& x) const { return at::linear(x, weight.like(x), bias.like(x)); }
//     };
//
// A `WeightTable` holds each tensor twice at most: as stored (usually mapped from a file, not copied) and ready for
// computing (moved, cast, patched), which is made when the weight is first used and kept. Of weights that are stored
// quantised only the few used last are kept decoded. Networks, handles and views share one table. All of it belongs to
// the thread that runs inference.
#pragma once

#include "base/error.hpp"
#include "inference/patches/patch.hpp"
#include "inference/tensor.hpp"
#include "inference/weights/encoded.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

class DeviceMemory;    // memory/device_memory.hpp
class TableResidency;  // memory/table_residency.hpp

// Tensors by full key, as stored: in the order of their names.
using TensorMap = std::map<std::string, Tensor, std::less<>>;

// A network asked for a weight that its file lacks.
class MissingWeight : public ModelError {
public:
    explicit MissingWeight(std::string key, const std::string& origin);
    const std::string& key() const { return key_; }

private:
    std::string key_;
};

// How a kernel wants a weight laid out: the type of the result and, where one weight is laid out in several ways,
// which.
struct PackedForm {
    at::ScalarType type = at::kFloat;
    int variant = 0;
    // Whether it is made of float32, float16 and bfloat16 alike, so that no copy in float32 is needed first.
    bool takes_stored = false;

    bool operator==(const PackedForm&) const = default;
};

class WeightTable {
public:
    struct Settings {
        std::string origin;                         // the file's name, for messages
        at::ScalarType compute_dtype = at::kFloat;  // what activations of this part are
        at::Device device = at::kCPU;
        // Weights are first rounded to this type, as UNETLoader's `weight_dtype` asks.
        std::optional<at::ScalarType> round_to = std::nullopt;
        // Worth laying out for the processor's kernels, because a prompt uses each weight many times.
        bool pack = false;
        // Whether layers may round the operands of products to half precision where that is faster.
        bool half_products = false;
        // The text entries of the file: some say there how a network is built ("config").
        std::map<std::string, std::string> metadata = {};
        // Decides which weights stay in the device's memory. Null: all of them do.
        std::shared_ptr<DeviceMemory> memory = nullptr;
    };

    struct Entry {
        std::string key;
        Tensor stored;
        Tensor ready;                     // undefined until first used
        Tensor packed;                    // the ready form as a kernel wants it, in place of `ready`
        PackedForm form;                  // of `packed`
        std::uint64_t generation = 0;     // of the table's patches when `ready` was last found current
        std::vector<AppliedPatch> baked;  // what is in both
    };

    WeightTable(TensorMap tensors, Settings settings);

    // The ready form of `entry` for activations of this type and place. Costs three comparisons once it is prepared.
    const Tensor& ready(Entry& entry, at::ScalarType dtype, at::Device device) {
        const Tensor& tensor = entry.ready;
        if (tensor.defined() && entry.generation == generation_ && tensor.scalar_type() == dtype &&
            tensor.device() == device)
            return tensor;
        return prepare(entry, dtype, device);
    }

    // The weight as `pack(dense)` lays it out, made once: of the stored tensor where that has a type that will do and
    // nothing changes it, else of the ready form in `dtype`. It takes the place of the ready form.
    template <class Pack>
    const Tensor& packed(Entry& entry, at::ScalarType dtype, const PackedForm& form, const Pack& pack) {
        if (!is_current(entry) || !entry.packed.defined() || entry.form != form) {
            begin_packing(entry, dtype);
            entry.packed = pack(is_made_of_stored(entry, form) ? entry.stored : prepare(entry, dtype, at::kCPU));
            entry.form = form;
            finish_packing(entry);
        }
        return entry.packed;
    }

    ~WeightTable();
    WeightTable(const WeightTable&) = delete;
    WeightTable& operator=(const WeightTable&) = delete;

    // Makes `patches` (null: none) what later uses of the weights see. Weights whose patches stay the same are kept.
    void use(const std::shared_ptr<const PatchSet>& patches);

    // What activations are to be from now on; nothing for what the settings say.
    void compute_in(std::optional<at::ScalarType> dtype) { chosen_dtype_ = dtype; }
    at::ScalarType compute_dtype() const { return chosen_dtype_.value_or(settings_.compute_dtype); }

    // Whether the patches in force change `key`.
    bool patches_key(std::string_view key) const { return patches_ && !patches_->of(key).empty(); }

    // The weight in float32 with these patches instead of those in force; made anew, and the caller's own.
    Tensor patched(const Entry& entry, const std::vector<AppliedPatch>& patches) const;

    // Forgets the ready forms; the next use prepares them again.
    void unload();
    // Bytes of ready forms that are copies of their own.
    std::size_t resident_bytes() const;

    // Counts the changes of the patches in force.
    std::uint64_t generation() const { return generation_; }

    const Settings& settings() const { return settings_; }
    // What of this table is in the device's memory; null without Settings::memory.
    TableResidency* residency() const { return residency_.get(); }
    // Whether patches change the ready form of `entry`.
    bool is_patched(Entry& entry) {
        is_current(entry);
        return !entry.baked.empty();
    }
    // Whether the stored tensor has the very values that are computed with: not encoded, rounded or patched.
    bool is_plain(Entry& entry) { return !encoding_of(entry.stored) && !settings_.round_to && !is_patched(entry); }
    // The ready form, made anew and not kept: on the CPU with the patches in force.
    Tensor made(Entry& entry, at::ScalarType dtype);
    // In the order of their keys.
    std::vector<Entry>& entries() { return entries_; }
    const std::vector<Entry>& entries() const { return entries_; }
    Entry* find(std::string_view key);

private:
    const Tensor& prepare(Entry& entry, at::ScalarType dtype, at::Device device);
    // Whether this form is made of the stored tensor itself.
    bool is_made_of_stored(Entry& entry, const PackedForm& form) {
        const at::ScalarType type = entry.stored.scalar_type();
        const bool is_dense = type == at::kFloat || type == at::kHalf || type == at::kBFloat16;
        return (type == form.type || (form.takes_stored && is_dense)) && is_plain(entry);
    }
    // Gives the memory of the packed form back and makes room for a new one.
    void begin_packing(Entry& entry, at::ScalarType dtype);
    // Lets go of what `packed` was made of.
    void finish_packing(Entry& entry);
    // Notes that `entry` has been decoded, and lets go of what was decoded longest ago.
    void keep_decoded(Entry& entry);
    // Whether the patches in force are the ones in the entry; where they are not, forgets what is made with others.
    bool is_current(Entry& entry);

    Settings settings_;
    std::vector<Entry> entries_;
    std::shared_ptr<const PatchSet> patches_;
    std::optional<at::ScalarType> chosen_dtype_;
    std::uint64_t generation_ = 0;
    std::deque<Entry*> decoded_;  // quantised weights that are ready, the one used longest ago first
    std::unique_ptr<TableResidency> residency_;
};

// One tensor of a table, or nothing (an optional bias).
class Weight {
public:
    Weight() = default;
    Weight(std::shared_ptr<WeightTable> table, WeightTable::Entry* entry) : table_(std::move(table)), entry_(entry) {}

    bool defined() const { return entry_ != nullptr; }
    explicit operator bool() const { return defined(); }

    // The tensor as `x` needs it: its type, its device, patches applied. Undefined when the weight is. The only place
    // that moves, decodes, casts and patches. The reference is good until the table is unloaded or patched anew.
    const Tensor& like(const Tensor& x) const { return as(x.scalar_type(), x.device()); }
    const Tensor& as(at::ScalarType dtype, at::Device device = at::kCPU) const {
        static const Tensor nothing;
        return entry_ == nullptr ? nothing : table_->ready(*entry_, dtype, device);
    }

    // Rows of a table [..., dim] as [indices..., dim], counted through all but its last dimension; the table as a whole
    // is cast only where patches touch it.
    Tensor rows(const Tensor& indices, at::ScalarType dtype) const;

    // The tensor in a kernel's own layout, made by `pack(dense)` when it is first used in this form.
    template <class Pack>
    const Tensor& packed(const Tensor& x, const PackedForm& form, const Pack& pack) const {
        return table_->packed(*entry_, x.scalar_type(), form, pack);
    }
    bool allows_half_products() const { return table_->settings().half_products; }
    bool packs() const { return table_->settings().pack && !encoding_of(entry_->stored); }
    // Whether the stored tensor has the very values that are computed with.
    bool is_plain() const { return table_->is_plain(*entry_); }

    // As in the file, quantised weights as they are: for looking at sizes and values, not for computing.
    const Tensor& stored() const { return entry_->stored; }
    at::IntArrayRef shape() const { return entry_->stored.sizes(); }
    int64_t size(int64_t dimension) const { return entry_->stored.size(dimension); }
    const std::string& key() const { return entry_->key; }

private:
    std::shared_ptr<WeightTable> table_;
    WeightTable::Entry* entry_ = nullptr;
};

// The part of a table under a key path.
class Weights {
public:
    explicit Weights(std::shared_ptr<WeightTable> table, std::string prefix = "")
        : table_(std::move(table)), prefix_(std::move(prefix)) {}

    // Descends: `w / "input_blocks" / 3 / 0`.
    Weights operator/(std::string_view name) const;
    Weights operator/(int64_t index) const { return *this / std::to_string(index); }

    // Throws MissingWeight with the full key.
    Weight operator[](std::string_view name) const;
    // An undefined Weight when there is none.
    Weight maybe(std::string_view name) const;
    bool contains(std::string_view name) const;
    // Whether any key lies under `name`; without a name, whether there is anything here.
    bool has_part(std::string_view name) const { return !(*this / name).empty(); }
    bool empty() const;

    // Sizes of a weight; throws MissingWeight.
    std::vector<int64_t> shape(std::string_view name) const { return (*this)[name].shape().vec(); }
    // How many parts are called 0, 1, 2, ... here without a gap.
    int64_t count() const;
    int64_t count(std::string_view name) const { return (*this / name).count(); }
    // Keys below this point, relative to it, sorted.
    std::vector<std::string> keys() const;

    // The type of this part's activations.
    at::ScalarType compute_dtype() const { return table_->compute_dtype(); }
    at::Device device() const { return table_->settings().device; }
    const std::string& origin() const { return table_->settings().origin; }
    const std::string& prefix() const { return prefix_; }
    // The file's text entry of this name; empty when there is none.
    std::string metadata(const std::string& name) const;
    const std::shared_ptr<WeightTable>& table() const { return table_; }

private:
    std::shared_ptr<WeightTable> table_;
    std::string prefix_;  // empty, or ends in '.'
};

}  // namespace easel::inference
