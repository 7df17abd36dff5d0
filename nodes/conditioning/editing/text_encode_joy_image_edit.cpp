#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::nodes {
namespace {

// Heights and widths of about a megapixel that the network was trained with.
struct Bucket {
    int64_t height, width;
};
constexpr std::array<Bucket, 49> buckets{{
    {512, 1792}, {512, 1856}, {512, 1920}, {512, 1984}, {512, 2048},  {576, 1600}, {576, 1664},
    {576, 1728}, {576, 1792}, {640, 1472}, {640, 1536}, {640, 1600},  {704, 1344}, {704, 1408},
    {704, 1472}, {768, 1216}, {768, 1280}, {768, 1344}, {832, 1152},  {832, 1216}, {896, 1088},
    {896, 1152}, {960, 1024}, {960, 1088}, {1024, 960}, {1024, 1024}, {1088, 896}, {1088, 960},
    {1152, 832}, {1152, 896}, {1216, 768}, {1216, 832}, {1280, 768},  {1344, 704}, {1344, 768},
    {1408, 704}, {1472, 640}, {1472, 704}, {1536, 640}, {1600, 576},  {1600, 640}, {1664, 576},
    {1728, 576}, {1792, 512}, {1792, 576}, {1856, 512}, {1920, 512},  {1984, 512}, {2048, 512},
}};

// The first of those whose proportions are nearest to the picture's.
const Bucket& nearest_bucket(int64_t height, int64_t width) {
    const auto ratio = [](int64_t h, int64_t w) { return static_cast<double>(h) / static_cast<double>(w); };
    const double wanted = ratio(height, width);
    return *std::ranges::min_element(
        buckets, {}, [&](const Bucket& bucket) { return std::abs(ratio(bucket.height, bucket.width) - wanted); });
}

struct TextEncodeJoyImageEdit {
    Clip clip;
    std::string prompt;
    std::optional<Vae> vae;
    graph::Autogrow<Image> images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_joyimage";
        s.category = "model/conditioning/joyimage";
        s.in("clip", &TextEncodeJoyImageEdit::clip);
        s.in("prompt", &TextEncodeJoyImageEdit::prompt).no_default().multiline().dynamic_prompts();
        s.in("vae", &TextEncodeJoyImageEdit::vae);
        graph::grow(s.in("images", &TextEncodeJoyImageEdit::images).optional().spec(),
                    {.element = "image", .prefix = "image", .least = 0, .most = 6});
    }

    Conditioning execute() const {
        inference::TextRequest request{.prompt = prompt};
        for (const auto& [name, image] : images.values) {
            if (image.pixels.size(0) != 1)
                throw UserError("JoyImage reads one picture at each input, " + name + " has " +
                                std::to_string(image.pixels.size(0)) + ": connect them one by one");
            const Bucket& bucket = nearest_bucket(image.pixels.size(1), image.pixels.size(2));
            request.images.push_back(
                inference::resize_image(image.pixels, bucket.width, bucket.height, "bilinear", inference::Crop::center)
                    .slice(-1, 0, 3));
        }
        Conditioning encoded = clip.encode(request);
        if (!vae) return encoded;
        for (const Tensor& picture : request.images) {
            const Tensor latent = vae->encode(picture);
            for (auto& condition : encoded)
                condition.reference_latents.push_back(latent);
        }
        return encoded;
    }
};

}  // namespace

void register_text_encode_joy_image_edit(Registry& registry) {
    registry.add<TextEncodeJoyImageEdit>("TextEncodeJoyImageEdit");
}

}  // namespace easel::nodes
