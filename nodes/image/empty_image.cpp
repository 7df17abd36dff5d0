#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EmptyImage {
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::int64_t batch_size = 1;
    std::int64_t color = 0;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Empty Image";
        s.in("width", &EmptyImage::width).range(1, 16384).step(1);
        s.in("height", &EmptyImage::height).range(1, 16384).step(1);
        s.in("batch_size", &EmptyImage::batch_size).range(1, 4096);
        s.in("color", &EmptyImage::color).range(0, 0xffffff).step(1).option("display", "color");
    }

    Image execute() const {
        const auto part = [this](int shift) { return float(double(color >> shift & 0xff) / 255.0); };
        const Tensor pixel = at::tensor({part(16), part(8), part(0)}, at::kFloat);
        return {pixel.expand({batch_size, height, width, 3}).contiguous()};
    }
};

}  // namespace

void register_empty_image(Registry& registry) { registry.add<EmptyImage>("EmptyImage"); }

}  // namespace easel::nodes
