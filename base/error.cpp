#include "base/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace easel {

void assertion_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "easel: broken invariant: %s (%s:%d)\n", what, file, line);
    std::abort();
}

}  // namespace easel
