// Published models by their real names and sizes, without their values: each file of published/ has a family in its
// first line and then tensors, "name 4x8", in which {0-18} counts, {0-18:3} by threes.
#include "inference/models/detect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;

struct Layout {
    std::string family;
    TensorMap tensors;
};

void add(TensorMap& tensors, const std::string& name, const std::vector<int64_t>& shape) {
    const auto open = name.find('{');
    if (open == std::string::npos) {
        tensors.emplace(name, at::empty(shape, at::TensorOptions(at::kBFloat16).device(at::kMeta)));
        return;
    }
    const auto dash = name.find('-', open), close = name.find('}', open), colon = name.find(':', open);
    const int64_t first = std::stoll(name.substr(open + 1, dash - open - 1));
    const int64_t last = std::stoll(name.substr(dash + 1, close - dash - 1));
    const int64_t step = colon < close ? std::stoll(name.substr(colon + 1, close - colon - 1)) : 1;
    for (int64_t i = first; i <= last; i += step)
        add(tensors, name.substr(0, open) + std::to_string(i) + name.substr(close + 1), shape);
}

std::vector<int64_t> sizes(const std::string& text) {
    std::vector<int64_t> shape;
    std::istringstream numbers(text);
    for (std::string number; text != "-" && std::getline(numbers, number, 'x');)
        shape.push_back(std::stoll(number));
    return shape;
}

Layout read_layout(const fs::path& path) {
    Layout layout;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name, shape;
        fields >> name >> shape;
        if (name == "#")
            layout.family = shape;
        else if (!name.empty())
            add(layout.tensors, name, sizes(shape));
    }
    return layout;
}

std::vector<fs::path> layouts() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(fs::path(EASEL_TEST_DATA) / "inference" / "models" / "published"))
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
}

std::string name_of(const ::testing::TestParamInfo<fs::path>& info) { return info.param.stem().string(); }

class PublishedLayout : public ::testing::TestWithParam<fs::path> {};

TEST_P(PublishedLayout, IsRecognisedAndBuilds) {
    const Layout layout = read_layout(GetParam());
    Families families;
    register_families(families);
    const Weights weights(std::make_shared<WeightTable>(layout.tensors, WeightTable::Settings{}));
    std::vector<std::string> matching;
    for (const Family& family : families)
        if (family.matches(weights)) matching.emplace_back(family.name);
    ASSERT_EQ(matching, std::vector<std::string>{layout.family});
    const auto network = match_family(families, layout.tensors)->build(weights);
    EXPECT_GT(network->activation_bytes({1, 16, 1, 128, 128}), 0U);
    EXPECT_FALSE(network->lora_keys().empty());
}

INSTANTIATE_TEST_SUITE_P(All, PublishedLayout, ::testing::ValuesIn(layouts()), name_of);

TEST(KnownArchitectures, AreNamedInTheError) {
    TensorMap mochi;
    add(mochi, "model.diffusion_model.t5_yproj.weight", {64});
    EXPECT_NE(describe(mochi).find("Mochi"), std::string::npos);
}

}  // namespace
}  // namespace easel::inference
