#include "nodes/types.hpp"
#include "nodes/vision/frame_interpolation/interpolator_socket.hpp"

#include <memory>

namespace easel::nodes {
namespace {

struct FrameInterpolate {
    std::shared_ptr<const inference::FrameInterpolator> interp_model;
    Image images;
    std::int64_t multiplier = 2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_frame_interpolation";
        s.category = "video";
        s.display_name = "Run Frame Interpolation Model";
        s.search_aliases = {"rife", "film", "frame interpolation", "slow motion", "interpolate frames", "vfi"};
        s.in("interp_model", &FrameInterpolate::interp_model);
        s.in("images", &FrameInterpolate::images);
        s.in("multiplier", &FrameInterpolate::multiplier).range(2, 16);
    }

    Image execute(Context& context) const {
        return {inference::interpolate_frames(
            *interp_model, images.pixels, multiplier, [&](std::int64_t done, std::int64_t total) {
                context.progress(static_cast<double>(done), static_cast<double>(total));
            })};
    }
};

}  // namespace

void register_frame_interpolate(Registry& registry) { registry.add<FrameInterpolate>("FrameInterpolate"); }

}  // namespace easel::nodes
