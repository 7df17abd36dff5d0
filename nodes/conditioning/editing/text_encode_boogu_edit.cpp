#include "graph/autogrow.hpp"
#include "nodes/conditioning/seen_images.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TextEncodeBooguEdit {
    Clip clip;
    std::string prompt;
    std::string negative_prompt;
    Vae vae;
    graph::Autogrow<Image> images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_boogu";
        s.category = "model/conditioning/boogu";
        s.in("clip", &TextEncodeBooguEdit::clip);
        s.in("prompt", &TextEncodeBooguEdit::prompt).no_default().multiline().dynamic_prompts();
        s.in("negative_prompt", &TextEncodeBooguEdit::negative_prompt)
            .no_default()
            .multiline()
            .dynamic_prompts()
            .advanced();
        s.in("vae", &TextEncodeBooguEdit::vae);
        graph::grow(
            s.in("images", &TextEncodeBooguEdit::images)
                .tooltip("Reference image(s) to edit. Boogu focuses on one reference per sample; more are allowed.")
                .spec(),
            {.element = "image",
             .names = {"image_1", "image_2", "image_3", "image_4", "image_5", "image_6", "image_7", "image_8",
                       "image_9", "image_10", "image_11", "image_12", "image_13", "image_14", "image_15", "image_16"},
             .least = 0});
        s.out("positive");
        s.out("negative");
    }

    // The words of the negative side stand alone; what is to be kept of the pictures is told to both.
    std::tuple<Conditioning, Conditioning> execute() const {
        inference::TextRequest wanted{.prompt = prompt};
        std::vector<Tensor> references;
        for (const auto& [name, image] : images.values) {
            wanted.images.push_back(scaled_to_area(image.pixels, 384 * 384).slice(-1, 0, 3));
            references.push_back(vae.encode(scaled_to_area(image.pixels, 1024 * 1024, 16).slice(-1, 0, 3)));
        }
        Conditioning positive = clip.encode(wanted), negative = clip.encode(negative_prompt);
        for (Conditioning* side : {&positive, &negative})
            for (auto& condition : *side)
                condition.reference_latents.insert(condition.reference_latents.end(), references.begin(),
                                                   references.end());
        return {positive, negative};
    }
};

}  // namespace

void register_text_encode_boogu_edit(Registry& registry) { registry.add<TextEncodeBooguEdit>("TextEncodeBooguEdit"); }

}  // namespace easel::nodes

