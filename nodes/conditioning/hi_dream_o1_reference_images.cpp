#include "graph/autogrow.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct HiDreamO1ReferenceImages {
    Conditioning positive;
    Conditioning negative;
    graph::Autogrow<Image> images;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hidream_o1";
        s.category = "model/conditioning/hidream";
        s.display_name = "HiDream-O1 Reference Images";
        s.description = "Attach 1-10 reference images to conditioning, one for edit instructionor multiple for "
                        "subject-driven personalization.";
        s.in("positive", &HiDreamO1ReferenceImages::positive);
        s.in("negative", &HiDreamO1ReferenceImages::negative);
        graph::grow(s.in("images", &HiDreamO1ReferenceImages::images)
                        .tooltip("Reference images. 1 image = instruction edit; 2-10 images = multi reference.")
                        .spec(),
                    {.element = "image",
                     .names = {"image_1", "image_2", "image_3", "image_4", "image_5", "image_6", "image_7", "image_8",
                               "image_9", "image_10"}});
        s.out("positive");
        s.out("negative");
    }

    std::tuple<Conditioning, Conditioning> execute() const { return {referring(positive), referring(negative)}; }

private:
    Conditioning referring(Conditioning conditioning) const {
        for (inference::Condition& condition : conditioning)
            for (const auto& [name, image] : images.values)
                condition.reference_latents.push_back(image.pixels);
        return conditioning;
    }
};

}  // namespace

void register_hi_dream_o1_reference_images(Registry& registry) {
    registry.add<HiDreamO1ReferenceImages>("HiDreamO1ReferenceImages");
}

}  // namespace easel::nodes

