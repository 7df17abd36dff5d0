#include "inference/weights/zip_archive.hpp"

#include "inference/weights/pickle_machine.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace easel::inference {
namespace {

constexpr std::uint32_t local_mark = 0x04034b50, entry_mark = 0x02014b50, end_mark = 0x06054b50,
                        end64_mark = 0x06064b50;
constexpr std::size_t end_size = 22, locator_size = 20, entry_size = 46, local_size = 30, longest_comment = 65535;
constexpr std::uint32_t in_extra_field = 0xFFFFFFFF;  // the number is too large for its place
constexpr std::uint16_t zip64_field = 1;

using Bytes = std::span<const std::byte>;

template <class T>
T read_at(Bytes bytes, std::size_t place) {
    if (place > bytes.size() || sizeof(T) > bytes.size() - place) throw PickleProblem{"its archive ends early"};
    T value{};
    std::memcpy(&value, bytes.data() + place, sizeof value);
    return value;
}

std::size_t find_end(Bytes bytes) {
    if (bytes.size() < end_size) throw PickleProblem{"its archive has no directory"};
    const std::size_t last = bytes.size() - end_size;
    for (std::size_t i = 0; i <= std::min(last, longest_comment); ++i)
        if (read_at<std::uint32_t>(bytes, last - i) == end_mark) return last - i;
    throw PickleProblem{"its archive has no directory"};
}

}  // namespace

ZipArchive::ZipArchive(Bytes bytes) : bytes_(bytes) {
    const std::size_t end = find_end(bytes);
    std::uint64_t count = read_at<std::uint16_t>(bytes, end + 10), place = read_at<std::uint32_t>(bytes, end + 16);
    if (end >= locator_size && (place == in_extra_field || count == 0xFFFF)) {
        const auto end64 = read_at<std::uint64_t>(bytes, end - locator_size + 8);
        if (read_at<std::uint32_t>(bytes, end64) != end64_mark) throw PickleProblem{"its archive has no directory"};
        count = read_at<std::uint64_t>(bytes, end64 + 32);
        place = read_at<std::uint64_t>(bytes, end64 + 48);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        if (read_at<std::uint32_t>(bytes, place) != entry_mark)
            throw PickleProblem{"its archive's directory is damaged"};
        const auto name_length = read_at<std::uint16_t>(bytes, place + 28),
                   extra = read_at<std::uint16_t>(bytes, place + 30);
        std::uint64_t size = read_at<std::uint32_t>(bytes, place + 24),
                      header = read_at<std::uint32_t>(bytes, place + 42);
        const std::size_t fields = place + entry_size + name_length;
        read_at<std::uint8_t>(bytes, fields + extra);
        const std::string name(reinterpret_cast<const char*>(bytes.data()) + place + entry_size, name_length);
        for (std::size_t field = fields; field + 4 <= fields + extra;
             field += std::size_t{4} + read_at<std::uint16_t>(bytes, field + 2)) {
            if (read_at<std::uint16_t>(bytes, field) != zip64_field) continue;
            std::size_t number = field + 4;  // only those that did not fit are here, in this order
            if (size == in_extra_field) size = read_at<std::uint64_t>(bytes, number), number += 8;
            if (read_at<std::uint32_t>(bytes, place + 20) == in_extra_field) number += 8;
            if (header == in_extra_field) header = read_at<std::uint64_t>(bytes, number);
        }
        places_[name] = {.header = header, .size = size, .is_stored = read_at<std::uint16_t>(bytes, place + 10) == 0};
        place = fields + extra + read_at<std::uint16_t>(bytes, place + 32);
    }
}

Bytes ZipArchive::file(const std::string& name) const {
    const auto found = places_.find(name);
    if (found == places_.end()) throw PickleProblem{"its archive lacks " + name};
    const Place& place = found->second;
    if (!place.is_stored) throw PickleProblem{"its archive is compressed"};
    if (read_at<std::uint32_t>(bytes_, place.header) != local_mark) throw PickleProblem{"its archive is damaged"};
    const std::size_t data = place.header + local_size + read_at<std::uint16_t>(bytes_, place.header + 26) +
                             read_at<std::uint16_t>(bytes_, place.header + 28);
    if (data > bytes_.size() || place.size > bytes_.size() - data) throw PickleProblem{"its archive ends early"};
    return bytes_.subspan(data, place.size);
}

std::string ZipArchive::folder_of(std::string_view name) const {
    for (const auto& [path, place] : places_) {
        const auto slash = path.rfind('/');
        if (slash != std::string::npos && std::string_view(path).substr(slash + 1) == name)
            return path.substr(0, slash + 1);
    }
    throw PickleProblem{"its archive lacks " + std::string(name)};
}

}  // namespace easel::inference
