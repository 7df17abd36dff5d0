#include "nodes/image/loaded_image.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WebcamCapture {
    std::string image;
    std::int64_t width = 0;
    std::int64_t height = 0;
    bool capture_on_queue = true;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_webcam";
        s.category = "image";
        s.display_name = "Webcam Capture";
        s.essentials_category = "Basics";
        s.search_aliases = {"camera input", "live capture", "camera feed", "snapshot"};
        s.in("image", &WebcamCapture::image).type("WEBCAM").no_default();
        s.in("width", &WebcamCapture::width).range(0, 16384).step(1);
        s.in("height", &WebcamCapture::height).range(0, 16384).step(1);
        s.in("capture_on_queue", &WebcamCapture::capture_on_queue);
    }

    Image execute(Context& context) const { return load_image(context.use<Folders>(), image).image; }

    static Json fingerprint(const ConstantInputs& inputs) { return image_fingerprint(inputs); }
};

}  // namespace

void register_webcam_capture(Registry& registry) { registry.add<WebcamCapture>("WebcamCapture"); }

}  // namespace easel::nodes
