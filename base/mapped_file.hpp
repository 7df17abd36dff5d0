// A file mapped read-only into memory. Its pages are read when they are first touched, and belong to the page cache.
// The mapping lives as long as the object; share it (shared_ptr) with whatever points into it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace easel {

class MappedFile {
public:
    // Throws UserError naming the file when it cannot be opened, is no regular file or cannot be mapped.
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    // Writing to it ends the program. A file that somebody shortens while it is mapped ends it too.
    std::span<const std::byte> bytes() const { return {data_, size_}; }

    // Tells the kernel that the pages of `part` are not needed for now; they are read again when touched.
    void release(std::span<const std::byte> part) const;

private:
    std::filesystem::path path_;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace easel
