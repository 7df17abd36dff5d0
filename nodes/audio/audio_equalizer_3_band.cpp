#include "inference/audio/equalizer.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AudioEqualizer3Band {
    std::optional<Audio> audio;
    double low_gain_db = 0.0;
    std::int64_t low_freq = 100;
    double mid_gain_db = 0.0;
    std::int64_t mid_freq = 1000;
    double mid_q = 0.707;
    double high_gain_db = 0.0;
    std::int64_t high_freq = 5000;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Audio Equalizer (3-Band)";
        s.experimental = true;
        s.search_aliases = {"eq", "bass boost", "treble boost", "equalizer"};
        required_input(s, "audio", &AudioEqualizer3Band::audio);
        s.in("low_gain_dB", &AudioEqualizer3Band::low_gain_db)
            .range(-24.0, 24.0)
            .step(0.1)
            .tooltip("Gain for Low frequencies (Bass)");
        s.in("low_freq", &AudioEqualizer3Band::low_freq).range(20, 500).tooltip("Cutoff frequency for Low shelf");
        s.in("mid_gain_dB", &AudioEqualizer3Band::mid_gain_db)
            .range(-24.0, 24.0)
            .step(0.1)
            .tooltip("Gain for Mid frequencies");
        s.in("mid_freq", &AudioEqualizer3Band::mid_freq).range(200, 4000).tooltip("Center frequency for Mids");
        s.in("mid_q", &AudioEqualizer3Band::mid_q).range(0.1, 10.0).step(0.1).tooltip("Q factor (bandwidth) for Mids");
        s.in("high_gain_dB", &AudioEqualizer3Band::high_gain_db)
            .range(-24.0, 24.0)
            .step(0.1)
            .tooltip("Gain for High frequencies (Treble)");
        s.in("high_freq", &AudioEqualizer3Band::high_freq)
            .range(1000, 15000)
            .tooltip("Cutoff frequency for High shelf");
    }

    std::optional<Audio> execute() const {
        if (!audio || audio->waveform.size(-1) == 0) return audio;
        using inference::Band;
        Audio equalized = *audio;
        for (const inference::BandGain& gain : {inference::BandGain{Band::low_shelf, low_gain_db, double(low_freq)},
                                                inference::BandGain{Band::peak, mid_gain_db, double(mid_freq), mid_q},
                                                inference::BandGain{Band::high_shelf, high_gain_db, double(high_freq)}})
            if (gain.decibels != 0)
                equalized.waveform = inference::equalize(equalized.waveform, equalized.sample_rate, gain);
        return equalized;
    }
};

}  // namespace

void register_audio_equalizer_3_band(Registry& registry) { registry.add<AudioEqualizer3Band>("AudioEqualizer3Band"); }

}  // namespace easel::nodes
