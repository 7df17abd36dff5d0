#include "base/error.hpp"
#include "inference/vision/sam3/sam3.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/detection/track_socket.hpp"

namespace easel::nodes {
namespace {

struct SAM3_VideoTrack {
    Image images;
    Model model;
    double detection_threshold = 0.5;
    std::int64_t max_objects = 4;
    std::int64_t detect_interval = 1;
    std::optional<Mask> initial_mask;
    std::optional<Conditioning> conditioning;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sam3";
        s.category = "image/detection";
        s.display_name = "Run SAM3 Video Track";
        s.search_aliases = {"sam3", "video", "track", "propagate"};
        s.in("images", &SAM3_VideoTrack::images)
            .option("display_name", "images")
            .tooltip("Video frames as batched images");
        s.in("model", &SAM3_VideoTrack::model).option("display_name", "model");
        s.in("detection_threshold", &SAM3_VideoTrack::detection_threshold)
            .range(0.0, 1.0)
            .step(0.01)
            .option("display_name", "detection_threshold")
            .tooltip("Score threshold for text-prompted detection.");
        s.in("max_objects", &SAM3_VideoTrack::max_objects)
            .range(0, 64)
            .option("display_name", "max_objects")
            .tooltip("Max tracked objects. Initial masks count toward this limit. 0 uses the internal cap of 64.");
        s.in("detect_interval", &SAM3_VideoTrack::detect_interval)
            .least(1)
            .option("display_name", "detect_interval")
            .tooltip("Run detection every N frames (1=every frame). Higher values save compute.");
        s.in("initial_mask", &SAM3_VideoTrack::initial_mask)
            .option("display_name", "initial_mask")
            .tooltip("Mask(s) for the first frame to track (one per object)");
        s.in("conditioning", &SAM3_VideoTrack::conditioning)
            .option("display_name", "conditioning")
            .tooltip("Text conditioning for detecting new objects during tracking");
        s.out("track_data");
    }

    inference::ObjectTrack execute(Context& context) const {
        const auto* network = dynamic_cast<const inference::Sam3*>(&model.network());
        if (network == nullptr) throw UserError("SAM3_VideoTrack needs a SAM 3 model, not " + model.family());
        model.weights()->use(model.patches());
        const double frames = static_cast<double>(images.pixels.size(0));
        inference::Sam3::TrackRequest request{
            .threshold = detection_threshold,
            .most = max_objects,
            .detect_every = detect_interval,
            .progress = [&](std::int64_t done) { context.progress(static_cast<double>(done), frames); }};
        if (initial_mask) request.masks = initial_mask->values;
        if (conditioning && !conditioning->empty())
            request.things = inference::named_things(conditioning->front());
        else if (!initial_mask)
            throw NamedError("ValueError", "Either initial_mask or conditioning must be provided");
        return network->track(images.pixels, request);
    }
};

}  // namespace

void register_sam3_video_track(Registry& registry) { registry.add<SAM3_VideoTrack>("SAM3_VideoTrack"); }

}  // namespace easel::nodes
