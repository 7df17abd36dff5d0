#include "inference/models/ltxv/guiding.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVCropGuides {
    Conditioning positive;
    Conditioning negative;
    Latent latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.in("positive", &LTXVCropGuides::positive);
        s.in("negative", &LTXVCropGuides::negative);
        s.in("latent", &LTXVCropGuides::latent);
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        auto video = inference::ltxv::without_guides({.positive = positive, .negative = negative, .latent = latent});
        return {std::move(video.positive), std::move(video.negative), std::move(video.latent)};
    }
};

}  // namespace

void register_ltxv_crop_guides(Registry& registry) { registry.add<LTXVCropGuides>("LTXVCropGuides"); }

}  // namespace easel::nodes

