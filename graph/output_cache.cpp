#include "graph/output_cache.hpp"

#include "base/error.hpp"
#include "graph/caches/classic.hpp"
#include "graph/caches/lru.hpp"
#include "graph/caches/none.hpp"
#include "graph/caches/ram_pressure.hpp"

#include <algorithm>

namespace easel::graph {

std::string scope_name(std::string_view id, std::string_view class_type) {
    std::string name(id);
    name += '\x1f';
    name += class_type;
    return name;
}

std::unique_ptr<OutputCache> make_output_cache(const CacheOptions& options) {
    switch (options.mode) {
    case CacheMode::classic:
        return std::make_unique<ClassicCache>();
    case CacheMode::lru:
        return std::make_unique<LruCache>(options.lru_entries);
    case CacheMode::ram_pressure: {
        std::optional<std::uint64_t> cap;
        if (options.max_ram_gb) cap = static_cast<std::uint64_t>(*options.max_ram_gb * (1 << 30));
        // Under a cap a headroom meant for the whole machine would leave nothing.
        const double headroom = std::min(options.ram_headroom_gb, options.max_ram_gb.value_or(1e6) / 4);
        return std::make_unique<RamPressureCache>(RamPressureCache::Limits::from_headroom(headroom),
                                                  system_memory(cap));
    }
    case CacheMode::none:
        return std::make_unique<NoCache>();
    }
    throw Error("unknown cache mode");
}

}  // namespace easel::graph
