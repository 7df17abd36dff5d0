#include "base/error.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVSeparateAVLatent {
    Latent av_latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/latent/ltxv";
        s.display_name = "Separate AV Latent";
        s.description =
            "Split a joint AV latent into its video and audio latents (any AV model, e.g. LTXV or MiniMax H3).";
        s.in("av_latent", &LTXVSeparateAVLatent::av_latent);
        s.out("video_latent");
        s.out("audio_latent");
    }

    std::tuple<Latent, Latent> execute() const {
        if (av_latent.streams.empty()) throw UserError("the latent holds no sound that could be separated");
        Latent video = av_latent, audio = av_latent;
        video.streams.clear();
        audio.streams.clear();
        audio.samples = av_latent.streams.front().samples;
        audio.noise_mask = av_latent.streams.front().noise_mask;
        return {video, audio};
    }
};

}  // namespace

void register_ltxv_separate_av_latent(Registry& registry) {
    registry.add<LTXVSeparateAVLatent>("LTXVSeparateAVLatent");
}

}  // namespace easel::nodes

