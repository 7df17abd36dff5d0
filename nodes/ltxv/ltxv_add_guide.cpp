#include "inference/models/ltxv/guiding.hpp"
#include "nodes/ltxv/ic_lora_parameters.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVAddGuide {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    Latent latent;
    Image image;
    std::int64_t frame_idx = 0;
    double strength = 1.0;
    std::optional<Mask> attention_mask;
    std::optional<IcLoraParameters> iclora_parameters;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.in("positive", &LTXVAddGuide::positive);
        s.in("negative", &LTXVAddGuide::negative);
        s.in("vae", &LTXVAddGuide::vae);
        s.in("latent", &LTXVAddGuide::latent);
        s.in("image", &LTXVAddGuide::image)
            .tooltip("Image or video to condition the latent video on. Must be 8*n + 1 frames. If the video is not 8*n "
                     "+ 1 frames, it will be cropped to the nearest 8*n + 1 frames.");
        s.in("frame_idx", &LTXVAddGuide::frame_idx)
            .range(-9999, 9999)
            .tooltip("Frame index to start the conditioning at. For single-frame images or videos with 1-8 frames, any "
                     "frame_idx value is acceptable. For videos with 9+ frames, frame_idx must be divisible by 8, "
                     "otherwise it will be rounded down to the nearest multiple of 8. Negative values are counted from "
                     "the end of the video.");
        s.in("strength", &LTXVAddGuide::strength).range(0.0, 10.0).step(0.01);
        s.in("attention_mask", &LTXVAddGuide::attention_mask)
            .tooltip("Optional pixel-space spatial mask. Controls per-region conditioning influence via "
                     "self-attention, multiplied by strength.");
        s.in("iclora_parameters", &LTXVAddGuide::iclora_parameters)
            .tooltip("Optional IC-LoRA parameters from a Get IC-LoRA Parameters node. Used for adjusting guide "
                     "processing as required by certain IC-LoRAs (eg. those with a reference_downscale_factor > 1). "
                     "When chained, each LTXVAddGuide uses only the parameters connected to it.");
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        inference::ltxv::NewGuide guide{.pictures = image.pixels, .frame = frame_idx, .strength = strength, .mask = {}};
        if (attention_mask) guide.mask = attention_mask->values;
        if (iclora_parameters) guide.downscale = iclora_parameters->reference_downscale_factor;
        auto video = inference::ltxv::with_guide(
            vae, {.positive = positive, .negative = negative, .latent = latent}, guide);
        return {std::move(video.positive), std::move(video.negative), std::move(video.latent)};
    }
};

}  // namespace

void register_ltxv_add_guide(Registry& registry) { registry.add<LTXVAddGuide>("LTXVAddGuide"); }

}  // namespace easel::nodes

