#include "inference/image/morphology.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Morphology {
    Image image;
    std::string operation;
    std::int64_t kernel_size = 3;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_morphology";
        s.category = "image/filters";
        s.display_name = "Apply Morphology";
        s.search_aliases = {"erode", "dilate"};
        s.in("image", &Morphology::image);
        s.in("operation", &Morphology::operation)
            .choices(one_of({"erode", "dilate", "open", "close", "gradient", "bottom_hat", "top_hat"}));
        s.in("kernel_size", &Morphology::kernel_size).range(3, 999).step(1);
    }

    Image execute() const { return {inference::morphology(image.pixels, operation, kernel_size)}; }
};

}  // namespace

void register_morphology(Registry& registry) { registry.add<Morphology>("Morphology"); }

}  // namespace easel::nodes
