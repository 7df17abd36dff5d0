#include "base/error.hpp"
#include "inference/vision/moge/panorama.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/moge/moge_sockets.hpp"

#include <memory>

namespace easel::nodes {
namespace {

struct MoGePanoramaInference {
    std::shared_ptr<const inference::Moge> moge_model;
    Image image;
    std::int64_t resolution_level = 9;
    std::int64_t split_resolution = 512;
    std::int64_t merge_resolution = 1920;
    std::int64_t batch_size = 4;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_moge";
        s.category = "image/geometry estimation";
        s.display_name = "Run MoGe Panorama Inference";
        s.description = "Run MoGe on an equirectangular panorama by splitting it into 12 perspective views, running "
                        "inference on each, and merging the results into a single depth map.";
        s.search_aliases = {"moge", "panorama", "depth", "geometry", "depth estimation", "geometry estimation"};
        s.in("moge_model", &MoGePanoramaInference::moge_model);
        s.in("image", &MoGePanoramaInference::image).tooltip("Equirectangular panorama (any aspect).");
        s.in("resolution_level", &MoGePanoramaInference::resolution_level)
            .range(0, 9)
            .tooltip("Per-view detail (0 = fastest, 9 = most detailed).");
        s.in("split_resolution", &MoGePanoramaInference::split_resolution)
            .range(256, 1024)
            .tooltip("Resolution of each perspective split.");
        s.in("merge_resolution", &MoGePanoramaInference::merge_resolution)
            .range(256, 8192)
            .tooltip("Long-side resolution of the merged equirect distance map.");
        s.in("batch_size", &MoGePanoramaInference::batch_size)
            .range(1, 12)
            .tooltip("Views per inference batch (12 splits total).");
        s.out("moge_geometry");
    }

    inference::PointGeometry execute(Context& context) const {
        if (const std::int64_t count = image.pixels.size(0); count != 1)
            throw NamedError("ValueError",
                             "MoGePanoramaInference takes a single image (got batch of " + std::to_string(count) + ")");
        return inference::look_around(*moge_model, image.pixels.slice(-1, 0, 3),
                                      {.detail = resolution_level,
                                       .view_side = split_resolution,
                                       .merged_side = merge_resolution,
                                       .views_at_once = batch_size,
                                       .progress = [&](std::int64_t done, std::int64_t total) {
                                           context.progress(static_cast<double>(done), static_cast<double>(total));
                                       }});
    }
};

}  // namespace

void register_mo_ge_panorama_inference(Registry& registry) {
    registry.add<MoGePanoramaInference>("MoGePanoramaInference");
}

}  // namespace easel::nodes
