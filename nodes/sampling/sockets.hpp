// The wire names of what custom sampling is put together from.
#pragma once

#include "graph/socket.hpp"
#include "inference/sampling/guider.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/sampling/parameterization.hpp"
#include "inference/sampling/sampler.hpp"

#include <string_view>

namespace easel::nodes {

using inference::Guider;
using inference::NoiseSource;
using inference::Sampler;
using inference::Sigmas;

}  // namespace easel::nodes

namespace easel::graph {

template <>
struct SocketOf<inference::Guider> {
    static constexpr std::string_view name = "GUIDER";
};
template <>
struct SocketOf<inference::NoiseSource> {
    static constexpr std::string_view name = "NOISE";
};
template <>
struct SocketOf<inference::Sampler> {
    static constexpr std::string_view name = "SAMPLER";
};
template <>
struct SocketOf<inference::Sigmas> {
    static constexpr std::string_view name = "SIGMAS";
};

}  // namespace easel::graph
