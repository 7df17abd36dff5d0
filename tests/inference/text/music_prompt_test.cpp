#include "inference/text/music_prompt.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

// Recorded from comfy.ldm.minimax_music.prompt.
TEST(MusicPrompt, TakesMarkdownAndMarksOutOfCaptions) {
    EXPECT_EQ(
        clean_caption("# Global\n\n**Metadata**: *lo-fi* hip-hop, 78 BPM\n- warm keys\n* soft **drums**\n---\n"
                      "\u2022 vinyl    crackle <|tempo slow waltz|> and <|end|>\n  ## Not * a * heading *here*  \n"
                      "\n\nlast"),
        "Global\nMetadata: lo-fi hip-hop, 78 BPM\nwarm keys\nsoft drums\n"
        "vinylcrackle tempo is slow waltz and end\nNot  a  heading here\nlast");
}

TEST(MusicPrompt, PutsThePartsOfLyricsOnLinesOfTheirOwn) {
    EXPECT_EQ(with_parts_apart("[Intro]\nMmm...\n(rain on the window)\n\n[Verse ONE]  Midnight ^ again\n[] open "
                               "[Outro]  bye\n"),
              "[start]\n[intro]\nMmm...\n(rain on the window)\n[verse one]\nMidnight\nagain\n[] open\n[outro]\nbye\n");
}

}  // namespace
}  // namespace easel::inference
