#include "web-api/job_outputs.hpp"

#include <gtest/gtest.h>

namespace easel::web {
namespace {

OutputSummary of(const char* outputs) { return summarize(Json::parse(outputs)); }

TEST(JobOutputs, PrefersASavedPictureToATemporaryOne) {
    const auto summary = of(R"({"1": {"images": [{"filename": "t.png", "type": "temp", "subfolder": ""}]},
                                "2": {"images": [{"filename": "s.png", "type": "output", "subfolder": ""}]}})");
    EXPECT_EQ(summary.count, 2);
    EXPECT_EQ(summary.previewable, 2);
    EXPECT_EQ(*summary.preview,
              Json::parse(R"({"filename":"s.png","type":"output","subfolder":"","nodeId":"2","mediaType":"images"})"));
}

TEST(JobOutputs, CountsWhatCannotBeShown) {
    const auto summary = of(R"({"1": {"latents": [{"filename": "a.latent", "type": "output"}], "animated": [true]}})");
    EXPECT_EQ(summary.count, 1);
    EXPECT_EQ(summary.previewable, 0);
    EXPECT_FALSE(summary.preview);
}

TEST(JobOutputs, ShowsTextOnlyWhenThereIsNothingElse) {
    const auto text = of(R"({"1": {"text": ["hello"]}})");
    EXPECT_EQ(text.count, 0);
    EXPECT_EQ(*text.preview, Json::parse(R"({"content":"hello","nodeId":"1","mediaType":"text"})"));
    const auto both = of(R"({"1": {"text": ["hello"]}, "2": {"images": [{"filename": "t.png", "type": "temp"}]}})");
    EXPECT_EQ((*both.preview)["filename"], "t.png");
    const auto file = of(R"({"1": {"text": ["hello"]}, "2": {"files": [{"filename": "a.TXT", "type": "output"}]}})");
    EXPECT_EQ((*file.preview)["filename"], "a.TXT");
}

TEST(JobOutputs, CutsLongTextsBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 1100; ++i)
        text += "ü";
    const auto summary = summarize({{"1", {{"text", Json::array({text})}}}});
    EXPECT_EQ((*summary.preview)["content"].get<std::string>().size(), 2048u);
    EXPECT_EQ((*summary.preview)["truncated"], true);
}

TEST(JobOutputs, MakesFilesOfThreeDimensionalNames) {
    const auto summary = of(R"({"1": {"result": ["mesh.GLB", null, "other"]}})");
    EXPECT_EQ(summary.count, 1);
    EXPECT_EQ((*summary.preview)["mediaType"], "3d");
    EXPECT_EQ(normalized_outputs(Json::parse(R"({"1": {"result": ["mesh.glb", null, "other"]}})")),
              Json::parse(
                  R"({"1": {"result": [{"filename":"mesh.glb","type":"output","subfolder":"","mediaType":"3d"},
                                 "other"]}})"));
}

}  // namespace
}  // namespace easel::web
