// Sound and video files there and back.
#include "nodes/media.hpp"
#include "nodes/saving.hpp"
#include "nodes/video/video.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace easel::nodes {
namespace {

// A folder that is gone after the test.
struct MediaFolder {
    std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "easel-media";
    MediaFolder() { std::filesystem::create_directories(path); }
    ~MediaFolder() { std::filesystem::remove_all(path); }
};

Tensor waves(std::int64_t channels, std::int64_t samples) {
    const Tensor time = at::arange(samples).to(at::kFloat).unsqueeze(0) / 44100;
    const Tensor pitch = (at::arange(channels).to(at::kFloat).unsqueeze(1) + 2) * 220 * 2 * 3.14159265;
    return (time * pitch).sin() * 0.5;
}

Tensor gradients(std::int64_t frames) {
    const Tensor x = at::linspace(0, 1, 64).view({1, 1, 64, 1}), y = at::linspace(0, 1, 48).view({1, 48, 1, 1});
    const Tensor t = at::linspace(0, 0.5, frames).view({frames, 1, 1, 1});
    return at::cat({(x + t * 0.5 + y * 0).expand({frames, 48, 64, 1}), (y + x * 0 + t * 0).expand({frames, 48, 64, 1}),
                    (t + x * 0 + y * 0).expand({frames, 48, 64, 1})},
                   -1)
        .clamp(0, 1);
}

TEST(Media, SavesSoundsWithoutLossAsFlac) {
    const MediaFolder folder;
    const media::Sound sound{waves(2, 5000), 44100};
    const auto bytes = media_codecs().encode_sound(sound, {.container = "flac"}, {{"prompt", "{}"}});
    write_whole_file(folder.path / "a.flac", bytes);
    const media::Sound read = media_codecs().read_sound(folder.path / "a.flac");
    EXPECT_EQ(read.rate, 44100);
    ASSERT_EQ(read.samples.sizes(), sound.samples.sizes());
    EXPECT_LT((read.samples - sound.samples).abs().max().item<float>(), 1.0f / 32768);
}

TEST(Media, SavesVideosWithTheirSound) {
    const MediaFolder folder;
    const Video video{
        .frames = gradients(8), .sound = Audio{waves(2, 44100).unsqueeze(0), 44100}, .rate = frame_rate(12.5)};
    save_video(video, {.file = folder.path / "a.mp4", .crf = 10.0}, {{"prompt", "{}"}});
    const Video file{.file = folder.path / "a.mp4"};
    const media::VideoFacts facts = facts_of(file);
    EXPECT_EQ(facts.width, 64);
    EXPECT_EQ(facts.frames, 8);
    EXPECT_DOUBLE_EQ(facts.rate.per_second(), 12.5);
    EXPECT_EQ(facts.color_space, "sRGB");
    const Video read = decoded(file);
    ASSERT_EQ(read.frames.sizes(), video.frames.sizes());
    EXPECT_LT((read.frames - video.frames).abs().mean().item<float>(), 0.02f);
    ASSERT_TRUE(read.sound);
    EXPECT_NEAR(static_cast<double>(read.sound->waveform.size(-1)), 44100 * 8 / 12.5, 2048);

    const Video part = decoded(*trimmed_video(file, 0.16, 0.24, true));
    EXPECT_EQ(part.frames.size(0), 3);
    EXPECT_FALSE(trimmed_video(file, 0.5, 10, true));
}

}  // namespace
}  // namespace easel::nodes
