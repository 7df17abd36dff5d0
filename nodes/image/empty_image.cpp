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
        const float red = part(16), green = part(8), blue = part(0);
        const Tensor pixels = at::empty({batch_size, height, width, 3}, at::kFloat);
        auto* value = pixels.mutable_data_ptr<float>();
        for (float* const end = value + pixels.numel(); value != end;) {
            *value++ = red;
            *value++ = green;
            *value++ = blue;
        }
        return {pixels};
    }
};

}  // namespace

void register_empty_image(Registry& registry) { registry.add<EmptyImage>("EmptyImage"); }

}  // namespace easel::nodes
