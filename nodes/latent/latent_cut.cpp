#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct LatentCut {
    Latent samples;
    std::string dim;
    std::int64_t index = 0;
    std::int64_t amount = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.search_aliases = {"crop latent", "slice latent", "extract region"};
        s.in("samples", &LatentCut::samples);
        s.in("dim", &LatentCut::dim).choices(one_of({"x", "y", "t"}));
        s.in("index", &LatentCut::index).range(-16384, 16384).step(1);
        s.in("amount", &LatentCut::amount).range(1, 16384).step(1);
    }

    // A negative index counts from the end; what lies outside is left out.
    Latent execute() const {
        const Tensor& cells = samples.samples;
        const std::int64_t axis = cells.dim() - (dim == "x" ? 1 : dim == "y" ? 2 : 3);
        const std::int64_t size = cells.size(axis);
        const std::int64_t from = index >= 0 ? std::min(index, size - 1) : std::max(index, -size);
        Latent cut = samples;
        cut.samples = at::narrow(cells, axis, from, std::min(amount, from >= 0 ? size - from : -from));
        return cut;
    }
};

}  // namespace

void register_latent_cut(Registry& registry) { registry.add<LatentCut>("LatentCut"); }

}  // namespace easel::nodes
