#include "nodes/latent/operation_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentOperationSharpen {
    std::int64_t sharpen_radius = 9;
    double sigma = 1.0;
    double alpha = 0.1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced/operations";
        s.experimental = true;
        s.in("sharpen_radius", &LatentOperationSharpen::sharpen_radius).range(1, 31).step(1).advanced();
        s.in("sigma", &LatentOperationSharpen::sigma).range(0.1, 10.0).step(0.1).advanced();
        s.in("alpha", &LatentOperationSharpen::alpha).range(0.0, 5.0).step(0.01).advanced();
    }

    inference::LatentOperation execute() const {
        return inference::sharpen({.radius = sharpen_radius, .sigma = sigma, .alpha = alpha});
    }
};

}  // namespace

void register_latent_operation_sharpen(Registry& registry) {
    registry.add<LatentOperationSharpen>("LatentOperationSharpen");
}

}  // namespace easel::nodes
