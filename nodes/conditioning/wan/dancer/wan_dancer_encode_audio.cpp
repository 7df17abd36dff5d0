#include "base/error.hpp"
#include "inference/audio/music/features.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/audio/encoders/sound_sockets.hpp"
#include "nodes/types.hpp"

#include <cstdio>

namespace easel::nodes {
namespace {

struct WanDancerEncodeAudio {
    Audio audio;
    std::int64_t video_frames = 149;
    double audio_inject_scale = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wandancer";
        s.category = "model/conditioning/wan/dancer";
        s.in("audio", &WanDancerEncodeAudio::audio);
        s.in("video_frames", &WanDancerEncodeAudio::video_frames).range(1, 16384).step(4);
        s.in("audio_inject_scale", &WanDancerEncodeAudio::audio_inject_scale)
            .range(0.0, 10.0)
            .step(0.01)
            .tooltip("The scale for the audio features when injected into the video model.");
        s.out("audio_encoder_output");
        s.out("fps_string").tooltip =
            "The calculated fps based on the audio length and the number of video frames. Used in the prompt.";
    }

    std::tuple<inference::EncodedSound, std::string> execute() const {
        constexpr double moments_a_second = 30.0;
        const Tensor features = inference::music::features(audio.waveform[0], audio.sample_rate).unsqueeze(0);
        const auto moments_a_frame = std::int64_t(double(features.size(1)) / double(video_frames) + 0.5);
        if (moments_a_frame == 0)
            throw UserError("the music is too short: " + std::to_string(video_frames) + " frames need at least " +
                            std::to_string((video_frames + 1) / 2) + " moments of it, thirty a second, and there are " +
                            std::to_string(features.size(1)));
        const double frame_rate = moments_a_second / double(moments_a_frame);
        inference::EncodedSound sound;
        sound.music = {.features = features, .frame_rate = frame_rate, .strength = audio_inject_scale};
        return {sound, prompt_of(frame_rate)};
    }

private:
    // How prompts for the model name the frame rate.
    static std::string prompt_of(double frame_rate) {
        if (std::int64_t(frame_rate + 0.5) == 30) return ", 帧率是30fps。";
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.4f", frame_rate);
        return std::string(" 帧率是") + digits;
    }
};

}  // namespace

void register_wan_dancer_encode_audio(Registry& registry) {
    registry.add<WanDancerEncodeAudio>("WanDancerEncodeAudio");
}

}  // namespace easel::nodes
