// Large numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace easel::nodes {

// "1,234,567"
inline std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto place = static_cast<std::int64_t>(digits.size()) - 3; place > 0; place -= 3)
        digits.insert(static_cast<std::size_t>(place), ",");
    return digits;
}

}  // namespace easel::nodes
