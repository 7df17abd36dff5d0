#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct UnClipConditioning {
    Conditioning conditioning;
    inference::ClipVisionOutput clip_vision_output;
    double strength = 1.0;
    double noise_augmentation = 0.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning";
        s.in("conditioning", &UnClipConditioning::conditioning);
        s.in("clip_vision_output", &UnClipConditioning::clip_vision_output);
        s.in("strength", &UnClipConditioning::strength).range(-10.0, 10.0).step(0.01);
        s.in("noise_augmentation", &UnClipConditioning::noise_augmentation).range(0.0, 1.0).step(0.01);
    }

    Conditioning execute() const {
        if (strength == 0) return conditioning;
        // [1, count, dim + 2]: embedding, strength and noise of each picture, after those that are there already.
        const Tensor& embeddings = clip_vision_output.image_embeds;
        const Tensor numbers = at::tensor({strength, noise_augmentation}, at::kDouble).to(at::kFloat);
        const Tensor seen = at::cat({embeddings, numbers.expand({embeddings.size(0), -1})}, 1).unsqueeze(0);
        Conditioning pictured = conditioning;
        for (inference::Condition& condition : pictured) {
            Tensor& pictures = condition.extra["unclip"];
            pictures = pictures.defined() ? at::cat({pictures, seen}, 1) : seen;
        }
        return pictured;
    }
};

}  // namespace

void register_un_clip_conditioning(Registry& registry) { registry.add<UnClipConditioning>("unCLIPConditioning"); }

}  // namespace easel::nodes

