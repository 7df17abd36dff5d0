#include "graph/output_cache.hpp"

#include "base/error.hpp"
#include "graph/caches/classic.hpp"
#include "graph/caches/lru.hpp"
#include "graph/caches/none.hpp"
#include "graph/caches/ram_pressure.hpp"

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
    case CacheMode::ram_pressure:
        return std::make_unique<RamPressureCache>(RamPressureCache::Limits::from_headroom(options.ram_headroom_gb),
                                                  system_memory());
    case CacheMode::none:
        return std::make_unique<NoCache>();
    }
    throw Error("unknown cache mode");
}

}  // namespace easel::graph
