// The factors of the nodes that multiply what attention reads and writes.
#pragma once

#include "nodes/types.hpp"

namespace easel::nodes {

// One of the factors of such a node.
template <class Node>
void factor_in(Schema& s, const char* name, double Node::*member) {
    s.in(name, member).range(0.0, 10.0).step(0.01).advanced();
}

inline void declare_attention_experiment(Schema& s) {
    s.shape = RecordShape::modern;
    s.python_module = "comfy_extras.nodes_attention_multiply";
    s.category = "experimental/attention_experiments";
    s.experimental = true;
}

// Factors of queries, keys, values and of what comes out. First base of such a node.
struct AttentionFactors {
    double q = 1.0;
    double k = 1.0;
    double v = 1.0;
    double out = 1.0;

    static void declare_factors(Schema& s) {
        factor_in(s, "q", &AttentionFactors::q);
        factor_in(s, "k", &AttentionFactors::k);
        factor_in(s, "v", &AttentionFactors::v);
        factor_in(s, "out", &AttentionFactors::out);
    }
};

}  // namespace easel::nodes
