// The transformer blocks of Flux, which Chroma, FLUX.2 and Hunyuan3D share: text and picture in two streams that meet
// in attention (MM-DiT, Esser et al. 2024), then one stream with attention and feed forward side by side (Dehghani et
// al. 2023). Widths come from the weights; the norms of queries and keys tell how wide a head is, 128 in Flux.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/network_patches.hpp"

#include <optional>
#include <vector>

namespace easel::inference::flux {

// How one normalisation is scaled and shifted and how much of what follows is added: each [batch, 1, dim], or
// [batch, tokens, dim] where tokens differ in time.
struct Modulation {
    Tensor shift, scale, gate;

    Tensor apply(const Tensor& x) const;                    // to x [batch, tokens, dim], normalised first
    void add_gated(Tensor& x, const Tensor& change) const;  // x += gate * change
};

struct DoubleModulation {
    Modulation attention, mlp;
};

// The modulations that lie one after the other in the last dimension of `values` [..., n * dim].
Modulation modulation_from(const Tensor& values);
DoubleModulation double_modulation_from(const Tensor& values);

// SiLU between two linear layers.
struct Embedder {
    Linear in_layer, out_layer;

    explicit Embedder(const Weights& w) : in_layer(w / "in_layer"), out_layer(w / "out_layer") {}
    Tensor operator()(const Tensor& x) const { return out_layer(at::silu(in_layer(x))); }
};

// Queries, keys and values [batch, heads, tokens, head], queries and keys normalised.
struct Qkv {
    Tensor q, k, v;
};

struct QkNorm {
    RmsNorm query, key;

    explicit QkNorm(const Weights& w) : query(w / "query_norm"), key(w / "key_norm") {}
    // Of [batch, tokens, 3 * heads * head].
    Qkv operator()(const Tensor& qkv) const;
};

// What follows the first linear layer of a feed forward network.
enum class Activation {
    gelu,        // of all of it
    gate_left,   // SiLU of the left half times the right half
    gate_right,  // SiLU of the right half times the left half
};
Tensor activated(const Tensor& x, Activation activation);

struct FeedForward {
    std::optional<Linear> gate;  // where gate and value are layers of their own
    Linear in, out;
    Activation activation = Activation::gelu;

    explicit FeedForward(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// The text's or the picture's half of a double block.
struct Stream {
    std::optional<Linear> modulation;  // [dim] to [6 * dim]; Chroma and FLUX.2 have it elsewhere
    Linear qkv, proj;
    QkNorm norm;
    FeedForward mlp;

    // `w` is a block, `name` "img" or "txt".
    Stream(const Weights& w, const std::string& name);
    Qkv attend(const Tensor& x, const Modulation& modulation) const;
    // Adds what attention gave and the feed forward network to `x` in place.
    void finish(Tensor& x, const Tensor& attended, const DoubleModulation& modulation) const;
};

// What attention in a block reads beside the tokens.
struct Surroundings {
    const NetworkInput& input;
    Block block;
    int64_t text_tokens;
    const Rope& rope;                      // without tables: tokens have no places
    const Tensor& mask;                    // may be undefined
    int64_t reference_tokens = 0;          // of reference pictures, which come last; none where they are kept
    ReferenceCache* references = nullptr;  // where they are to be kept; may be null
};

struct DoubleBlock {
    Stream img, txt;

    explicit DoubleBlock(const Weights& w) : img(w, "img"), txt(w, "txt") {}
    // Changes both streams [batch, tokens, dim] in place. Text comes first in `around`.
    void operator()(Streams& streams, const DoubleModulation& image_modulation, const DoubleModulation& text_modulation,
                    const Surroundings& around) const;
};

struct SingleBlock {
    std::optional<Linear> modulation;  // [dim] to [3 * dim]
    Linear linear1, linear2;           // queries, keys, values and feed forward at once
    QkNorm norm;
    Activation activation;

    SingleBlock(const Weights& w, bool gates_right);
    // Changes `x` [batch, tokens, dim], text first, in place.
    void operator()(Tensor& x, const Modulation& modulation, const Surroundings& around) const;
};

std::vector<DoubleBlock> double_blocks(const Weights& w);
// `gates_right`: where they gate, the gate is the right half.
std::vector<SingleBlock> single_blocks(const Weights& w, bool gates_right);

}  // namespace easel::inference::flux
