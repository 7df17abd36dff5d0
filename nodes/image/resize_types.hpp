// The ways in which ResizeImageMaskNode resizes: what each asks for, and what it does.
#pragma once

#include "inference/tensor.hpp"
#include "nodes/dynamic_choice.hpp"

#include <string_view>
#include <vector>

namespace easel::nodes {

std::vector<Branch> resize_branches();

// `samples` [batch, channels, h, w] resized as chosen. Throws UserError for a choice that does not exist.
Tensor resized(const Tensor& samples, const Chosen& chosen, std::string_view method);

}  // namespace easel::nodes
