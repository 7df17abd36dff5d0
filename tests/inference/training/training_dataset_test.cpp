#include "inference/training/training_dataset.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;

class TrainingDataset : public testing::Test {
protected:
    TrainingDataset() : folder_(fs::temp_directory_path() / ("easel-samples-" + std::to_string(::getpid()))) {
        fs::remove_all(folder_);
    }
    ~TrainingDataset() override { fs::remove_all(folder_); }

    static TrainingSamples three() {
        TrainingSamples samples;
        for (int64_t i = 0; i < 3; ++i) {
            samples.latents.push_back({.samples = at::arange(i, i + 16, at::kFloat).view({1, 4, 2, 2})});
            Condition caption;
            caption.cross = at::full({1, 3, 5}, double(i), at::kHalf);
            caption.pooled = at::full({1, 5}, double(i) + 0.5, at::kFloat);
            caption.guidance = 3.5;
            samples.conditions.push_back({caption});
        }
        return samples;
    }

    fs::path folder_;
};

TEST_F(TrainingDataset, ComesBackAsItWasFromSeveralFiles) {
    const TrainingSamples written = three();
    save_training_samples(folder_, written, 2);
    EXPECT_TRUE(fs::exists(folder_ / "shard_0001.pkl"));
    EXPECT_TRUE(fs::exists(folder_ / "metadata.json"));
    const TrainingSamples read = load_training_samples(folder_);
    ASSERT_EQ(read.latents.size(), 3u);
    ASSERT_EQ(read.conditions.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(read.latents[i].samples.equal(written.latents[i].samples));
        const Condition &caption = read.conditions[i].front(), &before = written.conditions[i].front();
        EXPECT_TRUE(caption.cross.equal(before.cross));
        EXPECT_TRUE(caption.pooled->equal(*before.pooled));
        EXPECT_EQ(caption.guidance, 3.5);
    }
}

TEST_F(TrainingDataset, WantsACaptionForEachLatent) {
    TrainingSamples samples = three();
    samples.conditions.pop_back();
    EXPECT_THROW(save_training_samples(folder_, samples, 10), UserError);
    EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(TrainingDataset, RefusesAFolderWithoutSamples) {
    fs::create_directories(folder_);
    EXPECT_THROW(load_training_samples(folder_), UserError);
}

}  // namespace
}  // namespace easel::inference
