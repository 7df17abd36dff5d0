// Tempo, onsets and beats of music. (Ellis 2007: Beat Tracking by Dynamic Programming)
#pragma once

#include <cstdint>
#include <vector>

namespace easel::inference::music {

// What was found in a sound at `sample_rate`, one value for each hop. Not empty.
struct Onsets {
    std::vector<float> strength;
    int64_t sample_rate;
};

// Beats a minute: the delay after which the onsets are most alike, where tempos by an octave away from `expected` count
// less. (estimate_tempo_from_onset)
double tempo(const Onsets& onsets, double expected = 120.0);

// Which frames stand out from those around them. (detect_onset_peaks)
std::vector<bool> peaks(const Onsets& onsets);

// Which frames beats fall on, at about that tempo. (track_beats)
std::vector<bool> beats(const Onsets& onsets, double tempo);

}  // namespace easel::inference::music
