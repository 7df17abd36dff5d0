#include "inference/memory/block_cache.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <cstring>
#include <map>
#include <mutex>

namespace easel::inference {
namespace {

constexpr std::size_t smallest = std::size_t{1} << 20;  // smaller ones the C library keeps itself
constexpr std::size_t most_kept = std::size_t{1} << 30;

// Takes the place of libtorch's allocator for the CPU. Any thread may call it. It does not ask for pages of 2 MiB:
// where a virtual machine gives free memory back to its host, whole ones come from there and cost many times what small
// ones do (docs/performance.md).
class CachingAllocator final : public c10::Allocator {
public:
    static CachingAllocator& instance() {
        static CachingAllocator* const allocator = [] {
            auto* const made = new CachingAllocator;  // tensors may outlive everything else
            c10::SetCPUAllocator(made, /*priority=*/1);
            return made;
        }();
        return *allocator;
    }

    c10::DataPtr allocate(std::size_t bytes) override {
        const bool is_large = bytes >= smallest;
        void* const data = is_large ? take(bytes) : c10::alloc_cpu(bytes);
        return {data, data, is_large ? &give_back : &c10::free_cpu, c10::kCPU};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &give_back; }
    void copy_data(void* to, const void* from, std::size_t count) const override { std::memcpy(to, from, count); }

    void open() {
        const std::lock_guard lock(mutex_);
        ++users_;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        if (--users_ == 0) shrink(0);
    }
    std::size_t kept_bytes() {
        const std::lock_guard lock(mutex_);
        return kept_bytes_;
    }

private:
    void* take(std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        // Not much larger than wanted, so that little is wasted.
        if (const auto found = kept_.lower_bound(bytes); found != kept_.end() && found->first <= bytes + bytes / 8) {
            void* const data = found->second;
            kept_bytes_ -= found->first;
            sizes_.emplace(data, found->first);
            kept_.erase(found);
            return data;
        }
        void* const data = c10::alloc_cpu(bytes);
        if (users_ > 0) sizes_.emplace(data, bytes);
        return data;
    }

    static void give_back(void* data) {
        if (data != nullptr) instance().keep_or_free(data);
    }

    // Blocks from before the first user are not known, and not kept.
    void keep_or_free(void* data) {
        const std::lock_guard lock(mutex_);
        const auto found = sizes_.find(data);
        if (found == sizes_.end()) return c10::free_cpu(data);
        const std::size_t size = found->second;
        sizes_.erase(found);
        if (users_ == 0) return c10::free_cpu(data);
        kept_.emplace(size, data);
        kept_bytes_ += size;
        shrink(most_kept);
    }

    // Gives back the largest ones until no more than `bytes` are kept.
    void shrink(std::size_t bytes) {
        while (kept_bytes_ > bytes) {
            const auto largest = std::prev(kept_.end());
            kept_bytes_ -= largest->first;
            c10::free_cpu(largest->second);
            kept_.erase(largest);
        }
    }

    std::mutex mutex_;
    std::size_t users_ = 0, kept_bytes_ = 0;
    std::map<void*, std::size_t> sizes_;  // of blocks in use
    std::multimap<std::size_t, void*> kept_;
};

}  // namespace

BlockCache::BlockCache() { CachingAllocator::instance().open(); }

BlockCache::~BlockCache() { CachingAllocator::instance().close(); }

std::size_t BlockCache::kept_bytes() { return CachingAllocator::instance().kept_bytes(); }

}  // namespace easel::inference
