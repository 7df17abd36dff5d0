#include "inference/memory/accelerator.hpp"

#include <gmock/gmock.h>

namespace easel::inference {
namespace {

using ::testing::HasSubstr;

TEST(CudaFinding, NamesWhatIsMissing) {
    EXPECT_EQ(cuda_finding({}, true), "no NVIDIA driver; prompts run on the processor");
    EXPECT_THAT(cuda_finding({.has_libraries = true}, true),
                HasSubstr("CUDA libraries, but no NVIDIA driver (libcuda.so.1 cannot be loaded)"));
    EXPECT_THAT(cuda_finding({.has_driver = true}, true), HasSubstr("no CUDA libraries beside libtorch"));
    EXPECT_THAT(cuda_finding({.has_libraries = true, .has_driver = true, .load_error = "libcudnn.so.9: no"}, true),
                HasSubstr("cannot be loaded: libcudnn.so.9: no"));
    EXPECT_THAT(cuda_finding({.has_libraries = true, .has_driver = true}, true), HasSubstr("no device"));
}

TEST(CudaFinding, SaysWhereThePromptsRun) {
    const CudaFacts facts{.has_libraries = true, .has_driver = true, .devices = 2};
    EXPECT_EQ(cuda_finding(facts, true), "CUDA with 2 devices; prompts run on the first one");
    EXPECT_THAT(cuda_finding(facts, false), HasSubstr("not used because of --cpu"));
}

}  // namespace
}  // namespace easel::inference
