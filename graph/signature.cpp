#include "graph/signature.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace easel::graph {

namespace {

// Kinds of content, so that "1" and 1, or ["a"] and "a", differ.
enum Kind : std::uint64_t {
    null_kind = 1,
    bool_kind,
    int_kind,
    float_kind,
    text_kind,
    list_kind,
    object_kind,
    link_kind,
    object_value_kind
};

constexpr std::uint64_t multiplier = 0x9fb21c651e98df25ull;

bool holds_nan(const Json& value) {
    if (value.is_number_float()) return std::isnan(value.get<double>());
    return value.is_structured() && std::any_of(value.begin(), value.end(), holds_nan);
}

Json as_json(const Input& input) {
    if (const auto* link = std::get_if<Link>(&input)) return Json::array({link->node, link->slot});
    if (const auto* json = std::get_if<Json>(&input)) return *json;
    return std::get<Value>(input).to_json().value_or(nullptr);
}

// The key under which the reference keeps a node's fingerprint, in the prompt itself: it ends up in saved files.
constexpr const char* fingerprint_key = "is_changed";

}  // namespace

void SignatureHasher::add(std::uint64_t number) {
    first_ = (std::rotl(first_ ^ number, 29) * multiplier) ^ second_;
    second_ = std::rotl(second_ + number * 0xd6e8feb86659fd93ull, 33) * multiplier + first_;
}

void SignatureHasher::add(std::string_view text) {
    add(text.size());
    while (!text.empty()) {
        std::uint64_t word = 0;
        const std::size_t count = std::min<std::size_t>(text.size(), sizeof word);
        std::memcpy(&word, text.data(), count);
        add(word);
        text.remove_prefix(count);
    }
}

void SignatureHasher::add(const Signature& signature) {
    add(signature.high);
    add(signature.low);
}

void SignatureHasher::add(const Json& value) {
    switch (value.type()) {
    case Json::value_t::boolean:
        add(bool_kind);
        add(static_cast<std::uint64_t>(value.get<bool>()));
        return;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        add(int_kind);
        add(value.get<std::uint64_t>());
        return;
    case Json::value_t::number_float:
        add(float_kind);
        add(std::bit_cast<std::uint64_t>(value.get<double>()));
        return;
    case Json::value_t::string:
        add(text_kind);
        add(std::string_view(value.get_ref<const std::string&>()));
        return;
    case Json::value_t::array:
        add(list_kind);
        add(value.size());
        for (const Json& element : value)
            add(element);
        return;
    case Json::value_t::object: {
        std::vector<std::pair<std::string_view, const Json*>> members;
        for (const auto& [key, member] : value.items())
            members.emplace_back(key, &member);
        std::sort(members.begin(), members.end());
        add(object_kind);
        add(members.size());
        for (const auto& [key, member] : members) {
            add(key);
            add(*member);
        }
        return;
    }
    default:
        add(null_kind);
        return;
    }
}

Signature SignatureHasher::finish() const {
    auto mix = [](std::uint64_t h) {
        h = (h ^ (h >> 32)) * multiplier;
        h = (h ^ (h >> 29)) * 0xd6e8feb86659fd93ull;
        return h ^ (h >> 32);
    };
    return {mix(first_ + second_), mix(second_ ^ std::rotl(first_, 17))};
}

Signatures::Slot& Signatures::slot(std::size_t node) {
    if (slots_.size() < prompt_.size()) slots_.resize(prompt_.size());
    return slots_[node];
}

void Signatures::forget(std::size_t node) { slot(node) = {}; }

// Depth first with a stack of our own. A node is looked at twice: first its sources are opened, then, when they have
// signatures, its own is computed.
Signature Signatures::of(std::size_t node) {
    if (slot(node).progress == Progress::done) return slot(node).signature;
    std::vector<std::size_t> stack = {node};
    while (!stack.empty()) {
        const std::size_t top = stack.back();
        if (slot(top).progress == Progress::done) {
            stack.pop_back();
        } else if (slot(top).progress == Progress::open || !open_sources(top, stack)) {
            const Signature signature = compute(top);
            slot(top) = {Progress::done, signature};
            stack.pop_back();
        }
    }
    return slot(node).signature;
}

bool Signatures::open_sources(std::size_t node, std::vector<std::size_t>& stack) {
    slot(node).progress = Progress::open;
    const std::size_t before = stack.size();
    for (const auto& [name, input] : prompt_.node(node).inputs) {
        const auto* link = std::get_if<Link>(&input);
        const auto source = link ? prompt_.index(link->node) : std::nullopt;
        if (source && slot(*source).progress == Progress::none) stack.push_back(*source);
    }
    return stack.size() != before;
}

Signature Signatures::compute(std::size_t index) {
    const PromptNode& node = prompt_.node(index);
    const NodeDef* def = registry_.find(node.class_type);
    SignatureHasher hasher;
    hasher.add(std::string_view(node.class_type));
    if (!def) {
        add_unique(hasher);
        return hasher.finish();
    }
    add_fingerprint(hasher, index, *def);
    const NodeRecord& record = def->record;
    const bool sees_its_id = record.shape == RecordShape::classic &&
                             std::any_of(record.hidden.begin(), record.hidden.end(),
                                         [](const HiddenSpec& hidden) { return hidden.kind == "UNIQUE_ID"; });
    if (record.not_idempotent || sees_its_id) hasher.add(std::string_view(node.id));

    std::vector<const std::pair<std::string, Input>*> inputs;
    for (const auto& input : node.inputs)
        inputs.push_back(&input);
    std::sort(inputs.begin(), inputs.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    for (const auto* input : inputs) {
        hasher.add(std::string_view(input->first));
        if (const auto* link = std::get_if<Link>(&input->second)) {
            const auto source = prompt_.index(link->node);
            hasher.add(link_kind);
            hasher.add(static_cast<std::uint64_t>(link->slot));
            // A source that is still open is this node or one that depends on it: a cycle.
            if (source && slot(*source).progress == Progress::done)
                hasher.add(slot(*source).signature);
            else
                add_unique(hasher);
        } else if (const auto* json = std::get_if<Json>(&input->second)) {
            hasher.add(*json);
        } else {
            const Value& value = std::get<Value>(input->second);
            if (const auto plain = value.to_json()) {
                hasher.add(*plain);
            } else {
                hasher.add(object_value_kind);
                hasher.add(value.id());
            }
        }
    }
    return hasher.finish();
}

// Asked once for each node of a prompt, whether it will run or not.
void Signatures::add_fingerprint(SignatureHasher& hasher, std::size_t index, const NodeDef& def) {
    if (!def.fingerprint) return;
    const PromptNode& node = prompt_.node(index);
    Json unused;
    const bool is_original = !node.parent && prompt_.original().contains(node.id);
    Json& json = is_original ? prompt_.original()[node.id] : unused;
    // A prompt that was read back from a saved file brings its fingerprints along.
    if (!json.is_object() || !json.contains(fingerprint_key)) {
        Json inputs = Json::object();
        for (const auto& [name, input] : node.inputs)
            inputs[name] = as_json(input);
        ConstantInputs constants{.values = constants_of(EffectiveInputs(def.record, inputs), inputs),
                                 .services = services_,
                                 .node_id = node.id};
        try {
            json[fingerprint_key] = Json::array({def.fingerprint(constants)});
        } catch (const std::exception&) {
            json[fingerprint_key] = std::nan("");
        }
    }
    const Json& fingerprint = json[fingerprint_key];
    if (holds_nan(fingerprint))
        add_unique(hasher);
    else
        hasher.add(fingerprint);
}

}  // namespace easel::graph
