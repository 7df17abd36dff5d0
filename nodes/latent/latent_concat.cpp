#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentConcat {
    Latent samples1;
    Latent samples2;
    std::string dim;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced";
        s.search_aliases = {"join latents", "stitch latents"};
        s.in("samples1", &LatentConcat::samples1);
        s.in("samples2", &LatentConcat::samples2);
        s.in("dim", &LatentConcat::dim).choices(one_of({"x", "-x", "y", "-y", "t", "-t"}));
    }

    Latent execute() const {
        const Tensor& first = samples1.samples;
        const Tensor second = inference::repeat_to_batch(samples2.samples, first.size(0));
        const int axis = dim.ends_with('x') ? -1 : dim.ends_with('y') ? -2 : -3;
        Latent joined = samples1;
        joined.samples = dim.starts_with('-') ? at::cat({second, first}, axis) : at::cat({first, second}, axis);
        return joined;
    }
};

}  // namespace

void register_latent_concat(Registry& registry) { registry.add<LatentConcat>("LatentConcat"); }

}  // namespace easel::nodes
