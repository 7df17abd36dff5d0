#include "inference/models/ltxv/sound_stream.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVConcatAVLatent {
    Latent video_latent;
    Latent audio_latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/latent/ltxv";
        s.display_name = "Concat AV Latent";
        s.description =
            "Merge a video latent and an audio latent into a joint AV latent (any AV model, e.g. LTXV or MiniMax H3).";
        s.in("video_latent", &LTXVConcatAVLatent::video_latent);
        s.in("audio_latent", &LTXVConcatAVLatent::audio_latent);
        s.out("latent");
    }

    Latent execute() const { return inference::ltxv::with_sound(video_latent, audio_latent); }
};

}  // namespace

void register_ltxv_concat_av_latent(Registry& registry) { registry.add<LTXVConcatAVLatent>("LTXVConcatAVLatent"); }

}  // namespace easel::nodes

