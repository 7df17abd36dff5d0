// What a node computes, whatever its id: a 128-bit hash over its class, its fingerprint, its constants and the
// signatures of the nodes it is linked to. Equal signatures mean equal outputs; the output cache is keyed by them.
#pragma once

#include "base/json.hpp"
#include "graph/prompt.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::graph {

struct Signature {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Signature&) const = default;
};

struct SignatureHash {
    std::size_t operator()(const Signature& signature) const { return signature.low; }
};

// Feeds bytes, numbers and JSON into a signature. Objects count independent of the order of their members, and 1, 1.0
// and true are three values.
class SignatureHasher {
public:
    void add(std::uint64_t number);
    void add(std::string_view text);
    void add(const Json& value);
    void add(const Signature& signature);
    Signature finish() const;

private:
    std::uint64_t first_ = 0x9ae16a3b2f90404full;
    std::uint64_t second_ = 0xc949d7c7509e6557ull;
};

// The signatures of a running prompt, computed when first asked for. Linear in the size of the prompt: a link counts by
// the signature of its source, not by a copy of its ancestry. One thread.
class Signatures {
public:
    // `next_unique` numbers the nodes that are equal to nothing (changed inputs, cycles, missing sources); it goes on
    // from prompt to prompt.
    Signatures(DynamicPrompt& prompt, const Registry& registry, const Services& services, std::uint64_t& next_unique)
        : prompt_(prompt), registry_(registry), services_(services), next_unique_(next_unique) {}

    Signature of(std::size_t node);
    // The node was replaced by another of the same id.
    void forget(std::size_t node);

private:
    enum class Progress : std::uint8_t { none, open, done };
    struct Slot {
        Progress progress = Progress::none;
        Signature signature;
    };

    Slot& slot(std::size_t node);
    bool open_sources(std::size_t node, std::vector<std::size_t>& stack);
    Signature compute(std::size_t node);
    void add_fingerprint(SignatureHasher& hasher, std::size_t node, const NodeDef& def);
    void add_unique(SignatureHasher& hasher) { hasher.add(Signature{~0ull, next_unique_++}); }

    DynamicPrompt& prompt_;
    const Registry& registry_;
    const Services& services_;
    std::uint64_t& next_unique_;
    std::vector<Slot> slots_;
};

}  // namespace easel::graph
