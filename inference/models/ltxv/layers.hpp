// The layers that LTX networks for pictures and for sound, and their text connectors, are made of.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/ltxv/guides.hpp"
#include "inference/models/ltxv/positions.hpp"

#include <functional>

namespace easel::inference::ltxv {

// By the root mean square over the last dimension, without learned parameters.
Tensor normalised(const Tensor& x);

// What replaces the softmax over projected queries, keys and values, each [batch, heads, tokens, head].
using AttentionCore = std::function<Tensor(const Tensor& q, const Tensor& k, const Tensor& v)>;

// Attention whose queries and keys are normalised over all heads together, then turned; each head's result may be
// weighted by a gate that its query decides.
struct Attention {
    Linear q, k, v, out, gate;  // the gate is absent from most
    RmsNorm norm_q, norm_k;
    int64_t heads;

    Attention(const Weights& w, int64_t heads_);

    struct Places {
        const Rotation* queries = nullptr;  // null: they have no place
        const Rotation* keys = nullptr;
    };
    // `x` [batch, tokens, dim] looks at `context` [batch, others, dim].
    Tensor operator()(const Tensor& x, const Tensor& context, const Places& places, const AttentionCore& core) const;
    Tensor operator()(const Tensor& x, const Tensor& context, const Places& places, const Tensor& mask) const;
};

struct FeedForward {
    Linear in, out;

    explicit FeedForward(const Weights& w) : in(w / "net" / 0 / "proj"), out(w / "net" / 2) {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x), "tanh")); }
};

// The times of tokens, of which there are few different ones: embeddings are made once for each of these.
struct TokenTimes {
    Tensor values;  // [times], float32
    Tensor index;   // [batch, tokens] or [batch, 1], which of the values

    // `times` [batch] or [batch, tokens].
    static TokenTimes of(const Tensor& times);
    // The latest time of each member of the batch.
    TokenTimes latest() const;
};

// Numbers for each time, as rows of `dim`: [times, rows, dim] in the compute type.
struct TimeValues {
    Tensor rows, index;

    // Row `row`, `offset` [dim] added, for every token: [batch, tokens or 1, dim].
    Tensor of(int64_t row, const Tensor& offset) const;
};

// Adaptive normalisation of which all blocks share one embedding of time. (AdaLayerNormSingle)
struct TimeEmbedder {
    Linear in, out, project;

    explicit TimeEmbedder(const Weights& w)
        : in(w / "emb" / "timestep_embedder" / "linear_1"), out(w / "emb" / "timestep_embedder" / "linear_2"),
          project(w / "linear") {}

    struct Embedded {
        TimeValues modulation;  // as many rows as the blocks need
        TimeValues time;        // one row
    };
    Embedded operator()(const TokenTimes& times, double scale, at::ScalarType dtype) const;
};

// A stream's output: normalised, scaled and shifted by the time, projected.
Tensor finished(const Tensor& x, const Weight& table, const TimeValues& time, const Linear& project);

// How an encoded prompt gets the width of the blocks: two layers, or one after a normalisation.
struct TextProjection {
    Linear in, out;  // `out` is absent where there is one layer

    explicit TextProjection(const Weights& w) : in(w / "linear_1") {
        if (w.has_part("linear_2")) out = Linear(w / "linear_2");
    }
    Tensor operator()(const Tensor& text) const;
};

// A small transformer that works on an encoded prompt once before a run, filled up with learned tokens.
// (Embeddings1DConnector)
class Connector {
public:
    Connector(const Weights& w, int64_t heads, RopePairs pairs);
    // [batch, tokens, dim]; at least 1024 tokens come out.
    Tensor operator()(const Tensor& text) const;

private:
    struct Block {
        Attention attention;
        FeedForward feed_forward;
    };
    std::vector<Block> blocks_;
    Weight registers_;  // [count, dim]
    int64_t heads_;
    RopePairs pairs_;
};

}  // namespace easel::inference::ltxv
