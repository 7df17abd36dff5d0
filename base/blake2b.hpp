// The hash BLAKE2b (RFC 7693) of short texts, without a key.
#pragma once

#include <cstdint>
#include <string_view>

namespace easel {

// The first eight bytes of the hash with a digest of eight bytes, the lowest first. `person` has 16 bytes at most.
std::uint64_t blake2b_64(std::string_view text, std::string_view person);

}  // namespace easel
