// Numbers in the bytes of splat files, all little-endian.
#pragma once

#include "base/error.hpp"
#include "nodes/three_d/splat/formats/splat_file.hpp"

#include <ATen/Functions.h>
#include <c10/util/Half.h>

#include <bit>
#include <cstring>
#include <string>

namespace easel::nodes {

static_assert(std::endian::native == std::endian::little);

// Throws where `count` bytes from `offset` are not all there.
inline void require_bytes(SplatBytes file, std::size_t offset, std::size_t count) {
    if (offset > file.size() || count > file.size() - offset)
        throw UserError("the splat file ends too early: it has " + std::to_string(file.size()) +
                        " bytes, and what it says needs more (is the upload complete?)");
}

// The bytes must be there.
template <class T>
T number_at(const std::uint8_t* bytes) {
    T number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

template <class T>
T number_in(SplatBytes file, std::size_t offset) {
    require_bytes(file, offset, sizeof(T));
    return number_at<T>(file.data() + offset);
}

template <class T>
void append_number(std::vector<std::uint8_t>& bytes, T number) {
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&number);
    bytes.insert(bytes.end(), raw, raw + sizeof number);
}

template <class T>
void put_number(std::vector<std::uint8_t>& bytes, std::size_t offset, T number) {
    std::memcpy(bytes.data() + offset, &number, sizeof number);
}

// Base colours [n, 3] as harmonics [n, 1, 3].
inline Tensor harmonics_of(const Tensor& colors) { return ((colors - 0.5) / inference::base_harmonic).unsqueeze(1); }

// The opposite, beyond 0..1 as well.
inline Tensor colors_of(const inference::Splat& splat) {
    return splat.harmonics.select(1, 0) * inference::base_harmonic + 0.5;
}

inline Tensor unit_quaternions(const Tensor& rotations) {
    return rotations / rotations.norm(2, {1}, true).clamp_min(1e-12);
}

// Rounded to bytes; what does not fit is cut.
inline Tensor as_bytes(const Tensor& values) { return values.round().clamp(0, 255).to(at::kByte); }

}  // namespace easel::nodes
