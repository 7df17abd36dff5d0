// Precompiled for the inference layer: a convenience, every file also compiles without it.
#pragma once

#include "inference/tensor.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
