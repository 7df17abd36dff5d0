#include "base/folders.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/media.hpp"
#include "nodes/types.hpp"

#include <filesystem>
#include <vector>

namespace easel::nodes {
namespace {

// A picture [h, w, 3] as one frame of an H.264 video shows it, its sides cut to even numbers.
Tensor recompressed(const Tensor& picture, std::int64_t crf, const std::filesystem::path& folder) {
    if (crf == 0) return picture;
    const Tensor even = picture.slice(0, 0, picture.size(0) / 2 * 2).slice(1, 0, picture.size(1) / 2 * 2);
    std::filesystem::create_directories(folder);
    const std::filesystem::path file = folder / (random_preview_prefix("frame") + ".mp4");
    media_codecs().write_video(file, even.unsqueeze(0), std::nullopt, {1, 1},
                               {.crf = double(crf), .preset = "veryfast"}, {});
    const Tensor frames = media_codecs().read_video(file, {.by_bytes = true}).frames;
    std::filesystem::remove(file);
    return frames[0].mul(255.0).round_().clamp_(0, 255).div_(255.0);
}

struct LTXVPreprocess {
    Image image;
    std::int64_t img_compression = 35;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "video/preprocessors";
        s.display_name = "LTXV Preprocess";
        s.in("image", &LTXVPreprocess::image);
        s.in("img_compression", &LTXVPreprocess::img_compression)
            .range(0, 100)
            .tooltip("Amount of compression to apply on image.");
        s.out("output_image");
    }

    Image execute(Context& context) const {
        const auto& folders = context.use<Folders>();
        std::vector<Tensor> pictures;
        for (std::int64_t i = 0; i < image.pixels.size(0); ++i)
            pictures.push_back(recompressed(image.pixels[i], img_compression, folders.directory("temp")));
        return {at::stack(pictures)};
    }
};

}  // namespace

void register_ltxv_preprocess(Registry& registry) { registry.add<LTXVPreprocess>("LTXVPreprocess"); }

}  // namespace easel::nodes
