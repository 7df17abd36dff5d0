#include "base/error.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <string>

namespace easel::nodes {
namespace {

struct SeedVR2Preprocess {
    Image resized_images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_seedvr";
        s.category = "image/pre-processors";
        s.display_name = "Pre-Process SeedVR2 Input";
        s.description = "Pad a resized image for SeedVR2 model. Alpha channel is dropped. The node Post-Process "
                        "SeedVR2 Output re-applies it from the original resized image.";
        s.search_aliases = {"seedvr2", "upscale", "video upscale", "pad", "preprocess"};
        s.in("resized_images", &SeedVR2Preprocess::resized_images).tooltip("The resized image to process.");
        s.out("images").tooltip = "The padded image for VAE encoding.";
    }

    Image execute() const {
        Tensor frames = resized_images.pixels.slice(-1, 0, 3).clamp(0, 1);
        if (frames.dim() == 4) frames = frames.unsqueeze(0);
        const std::int64_t height = frames.size(2), width = frames.size(3), count = frames.size(1);
        if (std::min(height, width) < 2)
            throw UserError("SeedVR2Preprocess: input shorter edge must be at least 2 pixels; got " +
                            std::to_string(std::min(height, width)) + ".");
        const auto up_to = [](std::int64_t size, std::int64_t unit) { return (size + unit - 1) / unit * unit; };
        frames = at::constant_pad_nd(frames, {0, 0, 0, up_to(width, 16) - width, 0, up_to(height, 16) - height});
        // 4n + 1 frames, the last one repeated; a single one stays.
        const std::int64_t missing = count == 1 ? 0 : std::max<std::int64_t>(up_to(count - 1, 4), 4) + 1 - count;
        if (missing > 0) frames = at::cat({frames, frames.slice(1, count - 1).repeat({1, missing, 1, 1, 1})}, 1);
        return {frames};
    }
};

}  // namespace

void register_seed_vr2_preprocess(Registry& registry) { registry.add<SeedVR2Preprocess>("SeedVR2Preprocess"); }

}  // namespace easel::nodes
