// What links between the built-in nodes carry, and the names of these types on the wire.
#pragma once

#include "graph/node.hpp"
#include "graph/registry.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/latent_image.hpp"
#include "inference/tensor.hpp"
#include "inference/text/text_encoder.hpp"
#include "inference/vae/vae.hpp"

#include <string_view>

namespace easel::nodes {

using graph::Blocker;
using graph::ConstantInputs;
using graph::Context;
using graph::Footprint;
using graph::Lazy;
using graph::List;
using graph::Registry;
using graph::RecordShape;
using graph::Returns;
using graph::Schema;
using graph::Services;
using graph::Ui;
using graph::Value;

// What a tensor takes of main memory; parts of a larger one count as themselves.
inline std::size_t memory_of(const Tensor& tensor) {
    return tensor.defined() && tensor.is_cpu() ? tensor.nbytes() : 0;
}
inline std::size_t memory_of(const std::optional<Tensor>& tensor) { return tensor ? memory_of(*tensor) : 0; }

// Pictures: [batch, height, width, channels], float32 in 0..1 on the CPU.
struct Image {
    static constexpr std::string_view socket = "IMAGE";
    Tensor pixels;
};
inline Footprint footprint(const Image& image) { return {.bytes = memory_of(image.pixels)}; }

// [batch, height, width], float32 in 0..1 on the CPU.
struct Mask {
    static constexpr std::string_view socket = "MASK";
    Tensor values;
};
inline Footprint footprint(const Mask& mask) { return {.bytes = memory_of(mask.values)}; }

using Clip = inference::TextEncoder;
using Conditioning = inference::Conditioning;
using Latent = inference::LatentImage;
using Model = inference::Model;
using Vae = inference::Vae;

}  // namespace easel::nodes

// Found by their arguments, hence in the namespace of these.
namespace easel::inference {

graph::Footprint footprint(const LatentImage& latent);
graph::Footprint footprint(const Condition& condition);
graph::Footprint footprint(const Conditioning& conditions);
inline graph::Footprint footprint(const Model&) { return {.goes_first = true}; }
inline graph::Footprint footprint(const TextEncoder&) { return {.goes_first = true}; }
inline graph::Footprint footprint(const Vae&) { return {.goes_first = true}; }

}  // namespace easel::inference

namespace easel::graph {

template <> struct SocketOf<inference::TextEncoder> { static constexpr std::string_view name = "CLIP"; };
template <> struct SocketOf<inference::Conditioning> { static constexpr std::string_view name = "CONDITIONING"; };
template <> struct SocketOf<inference::LatentImage> { static constexpr std::string_view name = "LATENT"; };
template <> struct SocketOf<inference::Model> { static constexpr std::string_view name = "MODEL"; };
template <> struct SocketOf<inference::Vae> { static constexpr std::string_view name = "VAE"; };

}  // namespace easel::graph
