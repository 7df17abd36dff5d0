#include "nodes/mask/mask_batch.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <string>

namespace easel::nodes {

namespace {

Tensor applied(const Tensor& below, const Tensor& above, std::string_view operation) {
    if (operation == "multiply") return below * above;
    if (operation == "add") return below + above;
    if (operation == "subtract") return below - above;
    const Tensor a = below.round().to(at::kBool), b = above.round().to(at::kBool);
    if (operation == "and") return a.logical_and(b).to(at::kFloat);
    if (operation == "or") return a.logical_or(b).to(at::kFloat);
    if (operation == "xor") return a.logical_xor(b).to(at::kFloat);
    throw UserError("there is no mask operation '" + std::string(operation) + "'");
}

}  // namespace

Tensor combined(const Tensor& destination, const Tensor& source, std::int64_t x, std::int64_t y,
                std::string_view operation) {
    const Tensor result = as_batch(destination).clone();
    const Tensor over = as_batch(source);
    const std::int64_t width = std::min(over.size(2), result.size(2) - x);
    const std::int64_t height = std::min(over.size(1), result.size(1) - y);
    if (width > 0 && height > 0) {
        const Tensor target = result.narrow(1, y, height).narrow(2, x, width);
        target.copy_(applied(target, over.narrow(1, 0, height).narrow(2, 0, width), operation));
    }
    return result.clamp(0, 1);
}

void fade_edge(Tensor& mask, std::int64_t dim, std::int64_t count, Edge edge) {
    const std::int64_t length = std::min(count, mask.size(dim));
    if (length == 0) return;
    Tensor rates = at::arange(1, length + 1, at::kDouble).div(double(length)).to(at::kFloat);
    if (edge == Edge::last) rates = rates.flip(0);
    const std::int64_t start = edge == Edge::first ? 0 : mask.size(dim) - length;
    mask.narrow(dim, start, length).mul_(dim == 1 ? rates.unsqueeze(1) : rates);
}

}  // namespace easel::nodes
