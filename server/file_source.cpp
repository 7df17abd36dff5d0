#include "server/file_source.hpp"

#include <algorithm>

namespace easel::server {

namespace {
constexpr std::uint64_t piece_bytes = 512 << 10;
}

std::optional<FileSource> FileSource::open(const web::FileBody& part) {
    FileSource source;
    source.file_.open(part.path, std::ios::binary);
    source.file_.seekg(static_cast<std::streamoff>(part.offset));
    if (!source.file_) return {};
    source.left_ = part.length;
    return source;
}

std::string FileSource::read() {
    std::string piece(std::min(left_, piece_bytes), '\0');
    file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(file_.gcount()));
    left_ -= piece.size();
    return piece;
}

}  // namespace easel::server
