// Files of splats against what the reference reads in them: data/splats.json is written by record_splats.py.
#include "nodes/three_d/splat/formats/splat_file.hpp"

#include "base/error.hpp"
#include "inference/sampling/noise.hpp"
#include "tests/support/inference/recorded.hpp"

#include <gtest/gtest.h>

#include <string>

namespace easel::nodes {
namespace {

// Two digits a byte; "*4090 " stands for so many zeros.
std::vector<std::uint8_t> bytes_of(const std::string& text) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '*') {
            bytes.insert(bytes.end(), std::stoul(text.substr(i + 1)), 0);
            i = text.find(' ', i) + 1;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
            i += 2;
        }
    }
    return bytes;
}

nlohmann::json recorded_files() { return inference::testing::recorded("splats.json")["files"]; }

void expect_same(const inference::Splat& splat, const nlohmann::json& expected) {
    const auto check = [&](const char* name, const Tensor& actual) {
        const Tensor values = inference::testing::to_tensor(expected[name], {-1});
        ASSERT_EQ(actual.numel(), values.numel()) << name;
        EXPECT_TRUE(at::allclose(actual.flatten(), values, 1e-5, 1e-5)) << name;
    };
    check("positions", splat.positions);
    check("scales", splat.scales);
    check("rotations", splat.rotations);
    check("opacities", splat.opacities);
    check("harmonics", splat.harmonics);
}

TEST(SplatFiles, AreReadAsTheReferenceReadsThem) {
    for (const auto& file : recorded_files()) {
        const auto bytes = bytes_of(file["bytes"].get<std::string>());
        SCOPED_TRACE(file["format"].get<std::string>());
        expect_same(read_splat(bytes, file["format"].get<std::string>()), file);
        expect_same(read_splat(bytes, ""), file);  // the content tells
    }
}

// The first three recorded files are the reference's own of one splat.
TEST(SplatFiles, AreWrittenAsTheReferenceWritesThem) {
    const inference::Splat splat{.positions = inference::random_normal({8, 3}, 1) * 0.3,
                                 .scales = (inference::random_normal({8, 3}, 2) * 0.3 - 2.5).exp(),
                                 .rotations = inference::random_normal({8, 4}, 3),
                                 .opacities = at::sigmoid(inference::random_normal({8, 1}, 4) + 1),
                                 .harmonics = inference::random_normal({8, 4, 3}, 5)};
    const nlohmann::json files = recorded_files();
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string format = files[i]["format"];
        SCOPED_TRACE(format);
        expect_same(read_splat(splat_file_of(splat, format), format), files[i]);
    }
}

TEST(SplatFiles, ThatEndEarlyAreRefused) {
    for (const auto& file : recorded_files()) {
        auto bytes = bytes_of(file["bytes"].get<std::string>());
        bytes.resize(bytes.size() - 3);
        EXPECT_THROW(read_splat(bytes, file["format"].get<std::string>()), UserError);
    }
    EXPECT_THROW(read_splat({}, "ply"), UserError);
    EXPECT_THROW(read_splat({}, "spz"), UserError);
}

}  // namespace
}  // namespace easel::nodes
