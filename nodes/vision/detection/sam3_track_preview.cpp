#include "base/folders.hpp"
#include "inference/vision/sam3/track.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"
#include "nodes/vision/detection/track_socket.hpp"

#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <array>
#include <cstdio>
#include <random>
#include <vector>

namespace easel::nodes {
namespace {

struct SAM3_TrackPreview : FileOrigin {
    inference::ObjectTrack track_data;
    double opacity = 0.5;
    double fps = 24.0;
    std::optional<Image> images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sam3";
        s.category = "image/detection";
        s.display_name = "SAM3 Track Preview";
        s.output_node = true;
        s.in("track_data", &SAM3_TrackPreview::track_data).option("display_name", "track_data");
        s.in("opacity", &SAM3_TrackPreview::opacity).range(0.0, 1.0).step(0.05).option("display_name", "opacity");
        s.in("fps", &SAM3_TrackPreview::fps).range(1.0, 120.0).step(1.0).option("display_name", "fps");
        s.in("images", &SAM3_TrackPreview::images).option("display_name", "images");
        declare_origin(s);
    }

    Returns<> execute(Context& context) const {
        const std::int64_t given = images ? images->pixels.size(0) : 0;
        const Tensor black = images ? images->pixels.new_zeros(images->pixels.sizes().slice(1))
                                    : at::zeros({track_data.height, track_data.width, 3});
        std::vector<Tensor> frames;
        for (std::int64_t i = 0; i < track_data.frames; ++i)
            frames.push_back(inference::drawn_track(track_data, i,
                                                    (i < given ? images->pixels[i] : black).slice(-1, 0, 3), opacity));
        std::array<char, 40> name{};
        std::snprintf(name.data(), name.size(), "sam3_track_preview_%08x.mp4", std::random_device{}());
        const Video film{.file = {}, .window = {}, .frames = at::stack(frames), .sound = {}, .rate = frame_rate(fps)};
        save_video(film, {.file = context.use<Folders>().directory("temp") / name.data(), .codec = "h264"}, {});
        const Json saved = {{"filename", name.data()}, {"subfolder", ""}, {"type", "temp"}};
        return {Ui{{{"images", {saved}}, {"animated", Json::array({true})}}}};
    }
};

}  // namespace

void register_sam3_track_preview(Registry& registry) { registry.add<SAM3_TrackPreview>("SAM3_TrackPreview"); }

}  // namespace easel::nodes
