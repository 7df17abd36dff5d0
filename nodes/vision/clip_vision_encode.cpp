#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct CLIPVisionEncode {
    inference::ClipVision clip_vision;
    Image image;
    std::string crop;

    static void declare(Schema& s) {
        s.category = "model/conditioning";
        s.display_name = "CLIP Vision Encode";
        s.in("clip_vision", &CLIPVisionEncode::clip_vision);
        s.in("image", &CLIPVisionEncode::image);
        s.in("crop", &CLIPVisionEncode::crop).choices(one_of({"center", "none"}));
    }

    inference::ClipVisionOutput execute() const {
        using Fit = inference::ClipVision::Fit;
        return clip_vision.encode(image.pixels, crop == "center" ? Fit::cut : Fit::squeeze);
    }
};

}  // namespace

void register_clip_vision_encode(Registry& registry) { registry.add<CLIPVisionEncode>("CLIPVisionEncode"); }

}  // namespace easel::nodes
