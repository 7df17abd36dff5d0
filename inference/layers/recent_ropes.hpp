// Rotary tables by what their positions depend on: a run of sampling asks for the same ones at every step, with and
// without guidance.
#pragma once

#include "inference/layers/rope.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace easel::inference {

// Keeps the tables of the last few layouts. `Layout` is compared with ==. Inference thread only.
template <class Layout>
class RecentRopes {
public:
    // The table of `layout` on this device: a kept one, or what `make()` returns.
    template <class Make>
    Rope of(const Layout& layout, at::Device device, const Make& make) const {
        const auto same = [&](const auto& entry) {
            return entry.first == layout && entry.second.cos.device() == device;
        };
        if (const auto found = std::ranges::find_if(recent_, same); found != recent_.end()) return found->second;
        if (recent_.size() == kept) recent_.erase(recent_.begin());
        const Rope rope = make();
        recent_.emplace_back(layout, Rope{.cos = rope.cos.to(device), .sin = rope.sin.to(device)});
        return recent_.back().second;
    }

private:
    static constexpr std::size_t kept = 4;
    mutable std::vector<std::pair<Layout, Rope>> recent_;  // latest last
};

}  // namespace easel::inference
