#include "graph/autogrow.hpp"
#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

// What the text encoder looks at: the longer side was at most so long in training.
Tensor seen(const Tensor& picture) {
    constexpr int64_t longest = 384;
    const int64_t height = picture.size(1), width = picture.size(2);
    if (std::max(height, width) <= longest) return picture;
    const double factor = static_cast<double>(longest) / static_cast<double>(std::max(height, width));
    const auto side = [factor](int64_t length) {
        return std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(static_cast<double>(length) * factor)));
    };
    return inference::resize_image(picture, side(width), side(height), "bicubic");
}

constexpr int64_t cell = 16;  // pixels

struct Size {
    int64_t height, width;
};

struct TextEncodeMageFlowEdit {
    Clip clip;
    std::string prompt;
    std::string negative_prompt;
    graph::Autogrow<Image> images;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t batch_size = 1;
    std::optional<Vae> vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mage";
        s.category = "model/conditioning/mage";
        s.description = "Encode an edit instruction with one or more reference images for Mage-Flow-Edit. Reference "
                        "latents are resized to the output resolution (width/height, or the first image's size when "
                        "0). Use the latent output for sampling so the sizes always match.";
        s.in("clip", &TextEncodeMageFlowEdit::clip);
        s.in("prompt", &TextEncodeMageFlowEdit::prompt).no_default().multiline().dynamic_prompts();
        s.in("negative_prompt", &TextEncodeMageFlowEdit::negative_prompt)
            .no_default()
            .multiline()
            .dynamic_prompts()
            .advanced();
        graph::grow(
            s.in("images", &TextEncodeMageFlowEdit::images)
                .tooltip(
                    "Reference image(s) to edit. All references are resized to the output resolution before encoding.")
                .spec(),
            {.element = "image",
             .names = {"image_1", "image_2", "image_3", "image_4", "image_5", "image_6", "image_7", "image_8",
                       "image_9", "image_10", "image_11", "image_12", "image_13", "image_14", "image_15", "image_16"},
             .least = 0});
        s.in("width", &TextEncodeMageFlowEdit::width)
            .range(0, 8192)
            .step(16)
            .tooltip("Output width. 0 = use the first reference image's size.");
        s.in("height", &TextEncodeMageFlowEdit::height)
            .range(0, 8192)
            .step(16)
            .tooltip("Output height. 0 = use the first reference image's size.");
        s.in("batch_size", &TextEncodeMageFlowEdit::batch_size).range(1, 4096);
        s.in("vae", &TextEncodeMageFlowEdit::vae);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    // A side of 0 is the first picture's.
    Size size() const {
        constexpr int64_t otherwise = 1024;
        const bool none = images.values.empty();
        const auto whole = [](int64_t length) { return std::max(cell, length / cell * cell); };
        const auto side = [&](int64_t given, int64_t dimension) {
            if (given != 0) return whole(given);
            return whole(none ? otherwise : images.values.front().second.pixels.size(dimension));
        };
        return {.height = side(height, 1), .width = side(width, 2)};
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const Size made = size();
        inference::TextRequest wanted{.prompt = prompt};
        inference::TextRequest unwanted{.prompt = negative_prompt.empty() ? " " : negative_prompt};
        std::vector<Tensor> references;
        for (const auto& [name, image] : images.values) {
            wanted.images.push_back(seen(image.pixels));
            if (!vae) continue;
            const bool fits = image.pixels.size(1) == made.height && image.pixels.size(2) == made.width;
            const Tensor fitted =
                fits ? image.pixels : inference::resize_image(image.pixels, made.width, made.height, "bicubic");
            references.push_back(vae->encode(fitted.slice(-1, 0, 3)));
        }
        unwanted.images = wanted.images;
        Conditioning positive = clip.encode(wanted), negative = clip.encode(unwanted);
        for (Conditioning* side : {&positive, &negative})
            for (auto& condition : *side)
                condition.reference_latents.insert(condition.reference_latents.end(), references.begin(),
                                                   references.end());
        return {positive, negative,
                Latent{.samples = at::zeros({batch_size, 128, made.height / cell, made.width / cell})}};
    }
};

}  // namespace

void register_text_encode_mage_flow_edit(Registry& registry) {
    registry.add<TextEncodeMageFlowEdit>("TextEncodeMageFlowEdit");
}

}  // namespace easel::nodes
