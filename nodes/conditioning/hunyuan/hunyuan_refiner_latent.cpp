#include "base/error.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct HunyuanRefinerLatent {
    Conditioning positive;
    Conditioning negative;
    Latent latent;
    double noise_augmentation = 0.1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/conditioning/hunyuan video";
        s.display_name = "Hunyuan Latent Refiner";
        s.in("positive", &HunyuanRefinerLatent::positive);
        s.in("negative", &HunyuanRefinerLatent::negative);
        s.in("latent", &HunyuanRefinerLatent::latent);
        s.in("noise_augmentation", &HunyuanRefinerLatent::noise_augmentation).range(0.0, 1.0).step(0.01).advanced();
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        const Tensor& samples = latent.samples;
        if (samples.dim() != 5)
            throw UserError("the latent has no frames: encode the picture with the VAE of HunyuanImage's refiner");
        const auto with_picture = [&](Conditioning conditioning) {
            for (inference::Condition& condition : conditioning) {
                condition.concat_latent_image = samples;
                condition.extra["noise_augmentation"] = at::scalar_tensor(noise_augmentation, at::kDouble);
            }
            return conditioning;
        };
        const Tensor empty = at::zeros({samples.size(0), 32, samples.size(2), samples.size(3), samples.size(4)});
        return {with_picture(positive), with_picture(negative), {.samples = empty}};
    }
};

}  // namespace

void register_hunyuan_refiner_latent(Registry& registry) { registry.add<HunyuanRefinerLatent>("HunyuanRefinerLatent"); }

}  // namespace easel::nodes
