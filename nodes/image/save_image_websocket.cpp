#include "nodes/image_io.hpp"
#include "nodes/types.hpp"

#include <limits>

namespace easel::nodes {
namespace {

struct SaveImageWebsocket {
    Image images;

    static void declare(Schema& s) {
        s.category = "image";
        s.display_name = "Save Image (Websocket)";
        s.python_module = "custom_nodes.websocket_image_save";
        s.output_node = true;
        s.in("images", &SaveImageWebsocket::images);
    }

    // The count of the progress is that of the pictures before, so it never reaches the end, as in the reference.
    std::tuple<> execute(Context& context) const {
        const std::int64_t count = images.pixels.size(0);
        for (std::int64_t i = 0; i < count; ++i) {
            const Tensor bytes = to_bytes(images.pixels[i].narrow(-1, 0, 3)).contiguous();
            const auto* pixels = bytes.const_data_ptr<std::uint8_t>();
            context.progress(double(i), double(count),
                             graph::PreviewImage{.format = "PNG",
                                                 .width = int(bytes.size(1)),
                                                 .height = int(bytes.size(0)),
                                                 .max_size = 0,
                                                 .rgb = {pixels, pixels + bytes.numel()}});
        }
        return {};
    }

    // Never the same: the pictures are sent again with every prompt.
    static Json fingerprint(const ConstantInputs&) { return std::numeric_limits<double>::quiet_NaN(); }
};

}  // namespace

void register_save_image_websocket(Registry& registry) { registry.add<SaveImageWebsocket>("SaveImageWebsocket"); }

}  // namespace easel::nodes
