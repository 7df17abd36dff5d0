#include "inference/audio/music_frames.hpp"
#include "inference/text/families/minimax_music.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MiniMaxMusic3TextEncode {
    Clip clip;
    std::string caption;
    std::string lyrics;
    std::uint64_t seed = 0;
    double max_duration = 120.0;
    double cfg_scale = 1.5;
    std::int64_t top_k = 50;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_music";
        s.category = "model/conditioning/minimax music";
        s.display_name = "MiniMax Music3 Text Encode";
        s.description = "Uses a MiniMax Music3 CLIP model to generate the acoustic conditioning sequence.";
        s.in("clip", &MiniMaxMusic3TextEncode::clip);
        s.in("caption", &MiniMaxMusic3TextEncode::caption).no_default().multiline().dynamic_prompts();
        s.in("lyrics", &MiniMaxMusic3TextEncode::lyrics).no_default().multiline().dynamic_prompts();
        s.in("seed", &MiniMaxMusic3TextEncode::seed).range(0, 18446744073709551615ull).control_after_generate();
        s.in("max_duration", &MiniMaxMusic3TextEncode::max_duration)
            .range(0.04, 360.0)
            .step(0.04)
            .tooltip("Maximum duration in seconds; the model can end the song earlier.");
        s.in("cfg_scale", &MiniMaxMusic3TextEncode::cfg_scale).range(0.0, 100.0).step(0.1).round(0.01).advanced();
        s.in("top_k", &MiniMaxMusic3TextEncode::top_k).range(1, 16384).advanced();
        s.out("CONDITIONING");
        s.out("seconds");
    }

    std::tuple<Conditioning, double> execute() const {
        const auto most = static_cast<double>(inference::music_frames(max_duration));
        inference::TextRequest request{.prompt = caption};
        request.by_encoder.emplace(inference::music_request::lyrics, lyrics);
        request.by_encoder.emplace(inference::music_request::seed, std::to_string(seed));
        request.settings.emplace(inference::music_request::frames, most);
        request.settings.emplace(inference::music_request::cfg, cfg_scale);
        request.settings.emplace(inference::music_request::top_k, static_cast<double>(top_k));
        Conditioning conditioning = clip.encode(request);
        for (inference::Condition& condition : conditioning)
            condition.extra["conditioning_scale"] = at::ones({condition.cross.size(0), 1, 1});
        const auto written = static_cast<double>(conditioning.front().cross.size(1));
        return {conditioning, written / inference::music_frames_per_second};
    }
};

}  // namespace

void register_mini_max_music3_text_encode(Registry& registry) {
    registry.add<MiniMaxMusic3TextEncode>("MiniMaxMusic3TextEncode");
}

}  // namespace easel::nodes
