#include "nodes/saving.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

namespace easel::nodes {
namespace {

namespace fs = std::filesystem;

class Saving : public testing::Test {
protected:
    Saving() { fs::create_directories(output_); }
    ~Saving() override { fs::remove_all(output_.parent_path()); }

    void touch(const std::string& name) { std::ofstream(output_ / name) << "x"; }
    std::string first_name(const std::string& prefix) {
        return SaveSlot(output_, prefix, 24, 16).next_name(0, "_.png");
    }

    const fs::path output_ = fs::path(testing::TempDir()) / "easel-saving" / "output";
};

TEST_F(Saving, CountsFromOne) {
    SaveSlot slot(output_, "pic");
    EXPECT_EQ(slot.next_name(0, "_.png"), "pic_00001_.png");
    EXPECT_EQ(slot.next_name(1, "_.png"), "pic_00002_.png");
}

TEST_F(Saving, GoesOnAboveTheHighestCounter) {
    touch("pic_00041_.png");
    touch("pic_00007_.png");
    EXPECT_EQ(first_name("pic"), "pic_00042_.png");
}

TEST_F(Saving, LooksAtNoOtherPrefix) {
    touch("pic-more_00041_.png");
    touch("pic_more_00041_.png");
    touch("picture_00041_.png");
    EXPECT_EQ(first_name("pic"), "pic_00001_.png");
}

TEST_F(Saving, CountsBeyondFiveDigits) {
    touch("pic_99999_.png");
    EXPECT_EQ(first_name("pic"), "pic_100000_.png");
}

TEST_F(Saving, MakesSubfolders) {
    SaveSlot slot(output_, "a/./b/pic");
    EXPECT_EQ(slot.subfolder(), "a/b");
    EXPECT_TRUE(fs::is_directory(output_ / "a" / "b"));
}

TEST_F(Saving, FillsInVariables) {
    EXPECT_EQ(first_name("p-%width%x%height%"), "p-24x16_00001_.png");
    const std::time_t now = std::time(nullptr);
    char year[8];
    std::strftime(year, sizeof year, "%Y", std::localtime(&now));
    EXPECT_EQ(first_name("%year%"), std::string(year) + "_00001_.png");
    EXPECT_EQ(first_name("%date:yyyy%"), "%date:yyyy%_00001_.png");
}

TEST_F(Saving, PutsTheBatchNumberIntoTheName) {
    SaveSlot slot(output_, "p-%batch_num%");
    EXPECT_EQ(slot.next_name(0, "_.png"), "p-0_00001_.png");
    EXPECT_EQ(slot.next_name(1, "_.png"), "p-1_00002_.png");
}

TEST_F(Saving, StaysInsideItsFolder) {
    fs::create_directory_symlink("/tmp", output_ / "link");
    for (const std::string prefix : {"../out", "a/../../out", "/tmp/out", "link/out"}) {
        try {
            SaveSlot slot(output_, prefix);
            ADD_FAILURE() << prefix << " was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.type(), "Exception");
            EXPECT_THAT(error.what(), testing::HasSubstr("Saving image outside the output folder is not allowed"));
        }
    }
}

TEST_F(Saving, WritesWholeFilesAndTellsWhere) {
    SaveSlot slot(output_, "sub/pic");
    const std::vector<std::uint8_t> bytes{1, 2, 3};
    const Json saved = slot.save(bytes, 0, "_.png", "output");
    EXPECT_EQ(saved, Json::parse(R"({"filename": "pic_00001_.png", "subfolder": "sub", "type": "output"})"));
    EXPECT_EQ(fs::file_size(output_ / "sub" / "pic_00001_.png"), 3u);
    EXPECT_EQ(std::distance(fs::directory_iterator(output_ / "sub"), {}), 1);
}

}  // namespace
}  // namespace easel::nodes
