#include "tests/support/inference/simulated_accelerator.hpp"

#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

namespace easel::inference::testing {

namespace {

constexpr auto key = c10::DispatchKey::PrivateUse1;
constexpr std::size_t granularity = 512;  // as CUDA's caching allocator rounds

std::mutex mutex;
SimulatedAccelerator::Counters counts;
std::uint64_t capacity = std::uint64_t{1} << 40;
std::uint64_t bandwidth = 0;
bool has_flash_attention = true;
std::thread::id computing_thread;

struct Block {
    void* bytes;
    std::size_t size;
};

void release(void* context) {
    const std::unique_ptr<Block> block(static_cast<Block*>(context));
    std::lock_guard lock(mutex);
    counts.in_use -= block->size;
    std::free(block->bytes);
}

class Allocator final : public c10::DeviceAllocator {
public:
    c10::DataPtr allocate(std::size_t wanted) override {
        const at::Device device = SimulatedAccelerator::device();
        if (wanted == 0) return {nullptr, device};
        const std::size_t size = (wanted + granularity - 1) / granularity * granularity;
        std::lock_guard lock(mutex);
        if (counts.in_use + size > capacity) {
            ++counts.refused;
            TORCH_CHECK_WITH(OutOfMemoryError, false, "the simulated accelerator is out of memory: ", size,
                             " bytes wanted, ", counts.in_use, " of ", capacity, " in use");
        }
        auto block = std::make_unique<Block>(Block{std::aligned_alloc(granularity, size), size});
        TORCH_CHECK(block->bytes != nullptr, "the machine is out of memory");
        counts.in_use += size;
        counts.peak = std::max(counts.peak, counts.in_use);
        ++counts.allocations;
        void* const bytes = block->bytes;
        return {bytes, block.release(), &release, device};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &release; }
    void copy_data(void* target, const void* source, std::size_t count) const override {
        std::memcpy(target, source, count);
    }
    bool initialized() override { return true; }
    void emptyCache(c10::MempoolId_t) override {}
    void recordStream(const c10::DataPtr&, c10::Stream) override {}
    c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override {
        std::lock_guard lock(mutex);
        c10::CachingDeviceAllocator::DeviceStats stats;
        stats.allocated_bytes.front().current = static_cast<int64_t>(counts.in_use);
        stats.reserved_bytes.front().current = static_cast<int64_t>(counts.in_use);
        return stats;
    }
    void resetAccumulatedStats(c10::DeviceIndex) override {}
    void resetPeakStats(c10::DeviceIndex) override {}
    std::pair<std::size_t, std::size_t> getMemoryInfo(c10::DeviceIndex) override {
        std::lock_guard lock(mutex);
        return {capacity - std::min(capacity, counts.in_use), capacity};
    }
};

Allocator allocator;
REGISTER_ALLOCATOR(c10::DeviceType::PrivateUse1, &allocator)

// Work is done when it is asked for, so streams and events have nothing to wait for.
struct Guard final : c10::impl::DeviceGuardImplInterface {
    static c10::Stream stream(c10::StreamId id) {
        return c10::Stream(c10::Stream::UNSAFE, SimulatedAccelerator::device(), id);
    }
    static c10::StreamId& current() {
        thread_local c10::StreamId id = 0;
        return id;
    }
    c10::DeviceType type() const override { return c10::DeviceType::PrivateUse1; }
    c10::Device exchangeDevice(c10::Device) const override { return getDevice(); }
    c10::Device getDevice() const override { return SimulatedAccelerator::device(); }
    void setDevice(c10::Device) const override {}
    void uncheckedSetDevice(c10::Device) const noexcept override {}
    c10::Stream getStream(c10::Device) const override { return stream(current()); }
    c10::Stream getDefaultStream(c10::Device) const override { return stream(0); }
    c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream(1); }
    c10::Stream exchangeStream(c10::Stream next) const override { return stream(std::exchange(current(), next.id())); }
    c10::DeviceIndex deviceCount() const noexcept override { return 1; }
    void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
    void block(void*, const c10::Stream&) const override {}
    bool queryEvent(void*) const override { return true; }
    bool queryStream(const c10::Stream&) const override { return true; }
    void synchronizeStream(const c10::Stream&) const override {}
    void synchronizeEvent(void*) const override {}
    void synchronizeDevice(const c10::DeviceIndex) const override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

struct Hooks final : at::PrivateUse1HooksInterface {
    bool isBuilt() const override { return true; }
    bool isAvailable() const override { return true; }
    bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
    c10::DeviceIndex deviceCount() const override { return 1; }
    c10::DeviceIndex getCurrentDevice() const override { return 0; }
    c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
    c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
    void setCurrentDevice(c10::DeviceIndex) const override {}
    at::Allocator* getPinnedMemoryAllocator() const override { return c10::GetAllocator(c10::DeviceType::CPU); }
};
const bool has_hooks = [] {
    at::RegisterPrivateUse1HooksInterface(new Hooks);  // libtorch keeps it for ever
    return true;
}();

bool is_ours(const Tensor& tensor) { return tensor.defined() && tensor.is_privateuseone(); }

void set_geometry(const Tensor& tensor, const Tensor& like) {
    tensor.unsafeGetTensorImpl()->set_sizes_and_strides(like.sizes(), like.strides(), like.storage_offset());
}

// The same bytes as a tensor of the processor's.
Tensor as_cpu(const Tensor& tensor) {
    c10::Storage storage(c10::Storage::use_byte_size_t(), tensor.storage().nbytes(),
                         c10::DataPtr(tensor.storage().mutable_data(), at::Device(at::kCPU)), nullptr, false);
    Tensor view = at::detail::make_tensor<c10::TensorImpl>(std::move(storage),
                                                           c10::DispatchKeySet(c10::DispatchKey::CPU), tensor.dtype());
    set_geometry(view, tensor);
    return view;
}

// An operation on our tensors, done by the processor.
class Call {
public:
    explicit Call(const c10::OperatorHandle& operation) : operation_(operation) {}

    void run(torch::jit::Stack& stack) {
        const auto& schema = operation_.schema();
        const std::size_t count = schema.arguments().size();
        std::vector<c10::IValue> given(stack.end() - static_cast<std::ptrdiff_t>(count), stack.end());
        stack.resize(stack.size() - count);
        torch::jit::Stack inner;
        for (const c10::IValue& value : given)
            inner.push_back(to_cpu(value));
        refuse_mixture();
        operation_.callBoxed(&inner);
        for (const auto& [ours, view] : views_)
            if (ours.sizes() != view.sizes()) take_over(ours, view);
        for (std::size_t i = 0; i < schema.returns().size(); ++i) {
            const auto* alias = schema.returns()[i].alias_info();
            stack.push_back(alias != nullptr && alias->isWrite() ? written(given, *alias) : from_cpu(inner[i]));
        }
    }

    // A tensor of the processor's, on the device.
    static Tensor copied(const Tensor& result) {
        const Tensor dense = result.is_non_overlapping_and_dense() ? result : result.contiguous();
        const Tensor ours =
            at::empty_strided(dense.sizes(), dense.strides(), dense.options().device(SimulatedAccelerator::device()));
        if (dense.numel() > 0) std::memcpy(ours.mutable_data_ptr(), dense.const_data_ptr(), dense.nbytes());
        return ours;
    }

private:
    c10::IValue to_cpu(const c10::IValue& value) {
        if (value.isTensor()) return to_cpu(value.toTensor());
        if (value.isTensorList()) {
            c10::List<Tensor> list;
            for (const Tensor& tensor : value.toTensorVector())
                list.push_back(to_cpu(tensor));
            return list;
        }
        if (value.isOptionalTensorList()) {
            c10::List<std::optional<Tensor>> list;
            for (const std::optional<Tensor>& tensor : value.toOptionalTensorVector())
                list.push_back(tensor ? std::optional(to_cpu(*tensor)) : std::nullopt);
            return list;
        }
        if (value.isDevice()) return at::Device(at::kCPU);
        return value;
    }

    Tensor to_cpu(const Tensor& tensor) {
        if (!is_ours(tensor)) {
            has_foreign_ |= tensor.defined() && tensor.dim() > 0;
            return tensor;
        }
        // Results without elements are made as large as they have to be.
        views_.emplace_back(tensor, tensor.numel() == 0 ? at::empty_like(tensor, tensor.options().device(at::kCPU))
                                                        : as_cpu(tensor));
        return views_.back().second;
    }

    static void take_over(const Tensor& ours, const Tensor& result) {
        const Tensor fresh = copied(result);
        ours.unsafeGetTensorImpl()->set_storage_keep_dtype(fresh.storage());
        set_geometry(ours, fresh);
    }

    // As on a GPU: only numbers and indices may come from the processor's memory.
    void refuse_mixture() const {
        static const std::set<std::string> taking_indices = {"aten::index", "aten::index_put_",
                                                             "aten::_index_put_impl_"};
        const std::string& name = operation_.operator_name().name;
        TORCH_CHECK(!has_foreign_ || views_.empty() || taking_indices.contains(name),
                    "Expected all tensors to be on the same device, but ", name,
                    " got tensors of the simulated accelerator and of the processor");
    }

    // The argument that the operation has written to and returns.
    c10::IValue written(const std::vector<c10::IValue>& given, const c10::AliasInfo& alias) const {
        const auto& schema = operation_.schema();
        for (std::size_t i = 0; i < given.size(); ++i) {
            const auto* own = schema.arguments()[i].alias_info();
            if (own != nullptr && own->isWrite() && own->beforeSets() == alias.beforeSets()) return given[i];
        }
        TORCH_CHECK(false, "no argument of ", schema.name(), " is the one it returns");
    }

    c10::IValue from_cpu(const c10::IValue& value) {
        if (value.isTensor()) return from_cpu(value.toTensor());
        if (value.isTensorList()) {
            c10::List<Tensor> list;
            for (const Tensor& tensor : value.toTensorVector())
                list.push_back(from_cpu(tensor));
            return list;
        }
        return value;
    }

    Tensor from_cpu(const Tensor& result) {
        if (!result.defined()) return result;
        for (const auto& [ours, view] : views_) {
            if (result.storage().data() != view.storage().data() || result.storage().data() == nullptr) continue;
            Tensor shared = at::detail::make_tensor<c10::TensorImpl>(
                c10::TensorImpl::VIEW, c10::Storage(ours.storage()),
                c10::DispatchKeySet({key, c10::DispatchKey::AutogradPrivateUse1}), result.dtype());
            set_geometry(shared, result);
            return shared;
        }
        return copied(result);
    }

    const c10::OperatorHandle& operation_;
    std::vector<std::pair<Tensor, Tensor>> views_;
    bool has_foreign_ = false;
};

void run_on_cpu(const c10::OperatorHandle& operation, torch::jit::Stack* stack) { Call(operation).run(*stack); }

Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
             std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
    return at::detail::empty_generic(size, &allocator, c10::DispatchKeySet(key), dtype.value_or(at::kFloat), format);
}

Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> dtype,
                     std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
    return at::detail::empty_strided_generic(size, stride, &allocator, c10::DispatchKeySet(key),
                                             dtype.value_or(at::kFloat));
}

void travel(std::uint64_t bytes, bool to_device) {
    std::uint64_t rate = 0;
    {
        std::lock_guard lock(mutex);
        (to_device ? counts.to_device : counts.from_device) += bytes;
        if (to_device && std::this_thread::get_id() != computing_thread) counts.to_device_aside += bytes;
        rate = bandwidth;
    }
    if (rate > 0)
        std::this_thread::sleep_for(
            std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate)));
}

Tensor copy_from(const Tensor& source, const Tensor& target, bool) {
    if (is_ours(source) != is_ours(target)) travel(source.nbytes(), is_ours(target));
    (is_ours(target) ? as_cpu(target) : target).copy_(is_ours(source) ? as_cpu(source) : source);
    return target;
}

Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias, at::IntArrayRef stride,
                   at::IntArrayRef padding, at::IntArrayRef dilation, bool is_transposed,
                   at::IntArrayRef output_padding, int64_t groups) {
    TORCH_CHECK(is_ours(input) && is_ours(weight), "Input type and weight type should be the same");
    std::optional<Tensor> shift;
    if (bias && bias->defined()) shift = as_cpu(*bias);
    return Call::copied(at::convolution(as_cpu(input), as_cpu(weight), shift, stride, padding, dilation, is_transposed,
                                        output_padding, groups));
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const std::optional<Tensor>& bias, double dropout,
                 bool is_causal, std::optional<double> scale, bool groups) {
    if (!has_flash_attention)
        return std::get<0>(
            at::_scaled_dot_product_attention_math(q, k, v, bias, dropout, is_causal, {}, scale, groups));
    std::optional<Tensor> added;
    if (bias && bias->defined()) added = as_cpu(*bias);
    const Tensor result =
        at::scaled_dot_product_attention(as_cpu(q), as_cpu(k), as_cpu(v), added, dropout, is_causal, scale, groups);
    return Call::copied(result);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_cpu>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
    library.impl("empty.memory_format", TORCH_FN(empty));
    library.impl("empty_strided", TORCH_FN(empty_strided));
    library.impl("_copy_from", TORCH_FN(copy_from));
    library.impl("convolution_overrideable", TORCH_FN(convolution));
    library.impl("scaled_dot_product_attention", TORCH_FN(attention));
    // A GPU has kernels for these; what libtorch makes of them otherwise wants tensors laid out in a certain way.
    for (const char* norm : {"native_group_norm", "native_layer_norm"})
        library.impl(norm, torch::CppFunction::makeFromBoxedFunction<&run_on_cpu>());
}

}  // namespace

void SimulatedAccelerator::set_capacity(std::uint64_t bytes) {
    std::lock_guard lock(mutex);
    capacity = bytes;
}

void SimulatedAccelerator::set_bandwidth(std::uint64_t bytes_per_second) {
    std::lock_guard lock(mutex);
    bandwidth = bytes_per_second;
}

void SimulatedAccelerator::set_flash_attention(bool has_it) { has_flash_attention = has_it; }

void SimulatedAccelerator::reset() {
    std::lock_guard lock(mutex);
    counts = {.in_use = counts.in_use, .peak = counts.in_use};
    computing_thread = std::this_thread::get_id();
}

SimulatedAccelerator::Counters SimulatedAccelerator::counters() {
    std::lock_guard lock(mutex);
    return counts;
}

}  // namespace easel::inference::testing
