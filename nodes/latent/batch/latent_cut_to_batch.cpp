#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <vector>

namespace easel::nodes {
namespace {

struct LatentCutToBatch {
    Latent samples;
    std::string dim;
    std::int64_t slice_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.search_aliases = {"slice to batch", "split latent", "tile latent"};
        s.in("samples", &LatentCutToBatch::samples);
        s.in("dim", &LatentCutToBatch::dim).choices(one_of({"t", "x", "y"}));
        s.in("slice_size", &LatentCutToBatch::slice_size).range(1, 16384).step(1);
    }

    Latent execute() const {
        const Tensor& cells = samples.samples;
        const std::int64_t axis = cells.dim() - (dim == "x" ? 1 : dim == "y" ? 2 : 3);
        if (axis < 2) return samples;
        const Tensor moved = cells.movedim(axis, 1);
        const std::int64_t size = std::min(slice_size, moved.size(1));
        std::vector<std::int64_t> shape = moved.sizes().vec();
        shape[0] = -1;
        shape[1] = size;
        Latent cut = samples;
        cut.samples = moved.narrow(1, 0, moved.size(1) / size * size).reshape(shape).movedim(1, axis);
        return cut;
    }
};

}  // namespace

void register_latent_cut_to_batch(Registry& registry) { registry.add<LatentCutToBatch>("LatentCutToBatch"); }

}  // namespace easel::nodes
