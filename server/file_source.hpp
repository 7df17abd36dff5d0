// A file, or a part of one, read piece by piece for an answer. Blocks: used on the pool.
#pragma once

#include "web-api/http.hpp"

#include <fstream>
#include <optional>
#include <string>

namespace easel::server {

class FileSource {
public:
    // Nothing when the file cannot be read.
    static std::optional<FileSource> open(const web::FileBody& part);

    bool is_at_end() const { return left_ == 0; }
    // The next piece; empty when the file turns out shorter than it was.
    std::string read();

private:
    std::ifstream file_;
    std::uint64_t left_ = 0;
};

}  // namespace easel::server
