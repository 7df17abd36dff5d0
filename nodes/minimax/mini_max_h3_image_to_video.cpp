#include "inference/image/resize.hpp"
#include "inference/models/minimax_h3/references.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MiniMaxH3ImageToVideo {
    Clip clip;
    Vae vae;
    std::string prompt;
    std::int64_t width = 1344;
    std::int64_t height = 768;
    std::int64_t length = 124;
    std::optional<Image> first_frame;
    std::optional<Image> last_frame;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_h3";
        s.category = "model/conditioning/minimax";
        s.display_name = "MiniMax H3 Image to Video";
        s.in("clip", &MiniMaxH3ImageToVideo::clip);
        s.in("vae", &MiniMaxH3ImageToVideo::vae);
        s.in("prompt", &MiniMaxH3ImageToVideo::prompt).no_default().multiline().dynamic_prompts();
        s.in("width", &MiniMaxH3ImageToVideo::width).range(32, 16384).step(32);
        s.in("height", &MiniMaxH3ImageToVideo::height).range(32, 16384).step(32);
        s.in("length", &MiniMaxH3ImageToVideo::length)
            .range(5, 3600)
            .step(17)
            .tooltip("Frame count at 24 fps, snapped up to the model's 17k+5 grid (124 = ~5s; trained range is "
                     "~124-362, longer is untested)");
        s.in("first_frame", &MiniMaxH3ImageToVideo::first_frame);
        s.in("last_frame", &MiniMaxH3ImageToVideo::last_frame);
        s.out("positive");
    }

    std::tuple<Conditioning, Latent> execute() const {
        const Latent latent = inference::minimax_h3::empty_latent(width, height, length);
        inference::TextRequest request{.prompt = prompt};
        std::vector<inference::minimax_h3::Guide> guides;
        const auto add = [&](const Image& frame, std::int64_t at, inference::Crop crop) {
            const Tensor one = frame.pixels.narrow(0, 0, 1).slice(-1, 0, 3);
            const Tensor picture = inference::resize_image(one, width, height, "lanczos", crop);
            request.images.push_back(picture);
            guides.push_back({.frame = at, .what = {.video = vae.encode(picture), .sound = {}}});
        };
        // The first frame says how the video is seen, the last one follows it.
        if (first_frame) add(*first_frame, 0, inference::Crop::none);
        if (last_frame) add(*last_frame, inference::minimax_h3::frames_of(latent) - 1, inference::Crop::center);
        Conditioning positive = clip.encode(request);
        for (const auto& guide : guides)
            positive = inference::minimax_h3::with_guide(std::move(positive), guide);
        return {positive, latent};
    }
};

}  // namespace

void register_mini_max_h3_image_to_video(Registry& registry) {
    registry.add<MiniMaxH3ImageToVideo>("MiniMaxH3ImageToVideo");
}

}  // namespace easel::nodes
