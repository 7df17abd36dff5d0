// One run of a node: gather its inputs, call it once per element of the longest list, put the results together.
#pragma once

#include "graph/arguments.hpp"
#include "graph/context.hpp"
#include "graph/node.hpp"
#include "graph/prompt.hpp"
#include "graph/returns.hpp"

#include <functional>
#include <string>
#include <vector>

namespace easel::graph {

// A node's inputs before they are dealt out to calls: each argument has the whole list.
struct Inputs {
    std::vector<Argument> listed;  // decide how often the node is called
    std::vector<Argument> hidden;  // modern nodes: the same in every call
};

// What a node may be given besides its inputs.
struct HiddenValues {
    std::function<Value()> prompt;
    Value extra_pnginfo;
    Value auth_token, api_key, usage_source;
};

// Finds the outputs of a linked node; null while they are not there.
using SourceLookup = std::function<const std::vector<Value>*(const Link& link)>;

Inputs gather_inputs(const PromptNode& node, const NodeDef& def, const SourceLookup& source,
                     const HiddenValues& hidden);

// {"name": [values]} as execution_error shows inputs: scalars as they are, other contents as text.
Json shown_inputs(const Inputs& inputs);

// Calls `one(call index, arguments)` for each element of the longest list, the last elements of shorter lists
// repeating; once for nodes that take lists. Throws NamedError("IndexError") for an empty list beside a longer one.
void for_each_call(const NodeDef& def, const Inputs& inputs,
                   const std::function<void(int index, const Arguments& arguments)>& one);

// The first blocker among the arguments, or null.
const Blocker* find_blocker(const Arguments& arguments);

// Throws NamedError("TypeError") when a required input is missing or an undeclared one is there, as calling a Python
// function would.
void check_arguments(const NodeDef& def, const Arguments& arguments);

// Every output slot is the concatenation over the calls; a blocked call counts as one blocker per slot.
std::vector<std::vector<Value>> merge_outputs(const std::vector<CallResult>& calls, const NodeDef& def);

// The members of all UI outputs, joined; members that only later calls have are left out, as in the reference.
std::optional<Json> merge_ui(const std::vector<CallResult>& calls);

}  // namespace easel::graph
