#include "base/host_memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kilobyte = 1024;

class HostMemoryTest : public ::testing::Test {
protected:
    void SetUp() override {
        write("proc/meminfo", "MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  600 kB\n");
        write("proc/self/status", "Name:\teasel\nRssAnon:\t     200 kB\n");
        write("proc/self/cgroup", "0::/user/job\n");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
    }
    HostMemory read(std::optional<std::uint64_t> cap = std::nullopt) const {
        return host_memory_in((folder_ / "proc").string(), (folder_ / "cgroup").string(), cap);
    }

    const fs::path folder_ = fs::temp_directory_path() / ("easel_host_memory_" + std::to_string(::getpid()));
};

TEST_F(HostMemoryTest, IsTheMachines) {
    EXPECT_EQ(read().total, 1000 * kilobyte);
    EXPECT_EQ(read().available, 600 * kilobyte);
    EXPECT_EQ(read().own, 200 * kilobyte);
}

TEST_F(HostMemoryTest, IsLessInAContainer) {
    write("cgroup/user/memory.max", "512000\n");
    write("cgroup/user/memory.current", "300000\n");
    write("cgroup/user/memory.stat", "anon 1\ninactive_file 50000\nactive_file 50000\n");
    write("cgroup/user/job/memory.max", "max\n");
    write("cgroup/user/job/memory.current", "1\n");
    EXPECT_EQ(read().total, 512000U);
    EXPECT_EQ(read().available, 312000U) << "pages of files are given up when memory is short";
}

TEST_F(HostMemoryTest, IsNoMoreThanTheCap) {
    EXPECT_EQ(read(300 * kilobyte).total, 300 * kilobyte);
    EXPECT_EQ(read(300 * kilobyte).available, 100 * kilobyte);
    EXPECT_EQ(read(100 * kilobyte).available, 0U);
}

TEST(HostMemory, OfThisProcessIsKnown) {
    EXPECT_GT(host_memory().available, 0U);
    EXPECT_GT(host_memory().own, 0U);
}

TEST(ReadableBytes, ChooseTheUnit) {
    EXPECT_EQ(readable_bytes(1536ULL << 20), "1.5 GB");
    EXPECT_EQ(readable_bytes(300ULL << 20), "300 MB");
    EXPECT_EQ(readable_bytes(512), "0 KB");
}

}  // namespace
}  // namespace easel
