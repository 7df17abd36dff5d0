// Precompiled for the node files: a convenience, every file also compiles without it.
#pragma once

#include "graph/registry.hpp"
#include "inference/tensor.hpp"
