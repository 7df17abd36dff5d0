// Nodes over whole numbers, one for each thing that the engine can do.
#pragma once

#include "graph/registry.hpp"

namespace easel::graph::testing {

// Number, Add, Show (output; "text"), Switch (lazy a, b), Chain (lazy in two rounds), AskForMore (asks for what is not
// there), Sum (undeclared links), Range (list output), Count (takes lists), Block, IsOdd, Fail, Forgetful (out of
// memory n times), Changing (fingerprint), Own (sees its id), Apart (not idempotent), Counter (state), Middle
// (intermediate output), Grow (expands into a row of Add), Loop (expands into itself), Tangle (expands into a cycle),
// Break (expands into Fail), Aside (expands into an output node), Later (asynchronous), LaterFail, Wait (until told to
// stop).
void register_numbers(Registry& registry);

}  // namespace easel::graph::testing
