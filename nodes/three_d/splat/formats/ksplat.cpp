#include "nodes/three_d/splat/formats/ksplat.hpp"

#include "nodes/three_d/splat/formats/splat_bytes.hpp"

#include <algorithm>
#include <array>

namespace easel::nodes {
namespace {

constexpr std::size_t ksplat_header = 4096, section_header = 1024, plain_bytes = 44;
constexpr std::uint8_t minor_version = 1;

// Bytes of the parts of a record, by compression level.
struct Level {
    std::size_t number;    // of a part of centre, scale or rotation
    std::size_t harmonic;  // of a part of the higher harmonics
    std::uint32_t range;   // which part of a bucket's side a centre's number stands for, where the file is silent

    std::size_t record(std::size_t harmonics) const { return 10 * number + 4 + harmonics * harmonic; }
};
constexpr std::array<Level, 3> ksplat_levels{{{4, 4, 1}, {2, 2, 32767}, {2, 1, 32767}}};
constexpr std::array<std::size_t, 4> harmonics_of_degree{0, 9, 24, 45};

struct Section {
    std::size_t start, most, count;  // where it begins, Gaussians that it has room for, those it has
    std::size_t bucket_size, buckets, bucket_bytes, full_buckets, partial_buckets;
    float block, range;
    std::size_t harmonics;

    std::size_t centers() const { return start + 4 * partial_buckets; }  // of the buckets
    std::size_t records() const { return centers() + bucket_bytes * buckets; }
    std::size_t end(const Level& level) const { return records() + most * level.record(harmonics); }
};

Section section_at(SplatBytes file, std::size_t header, std::size_t start, const Level& level) {
    const auto number = [&](std::size_t offset) {
        return std::size_t{number_in<std::uint32_t>(file, header + offset)};
    };
    const auto small = [&](std::size_t offset) { return std::size_t{number_in<std::uint16_t>(file, header + offset)}; };
    const std::size_t degree = small(40), range = number(24);
    return {.start = start,
            .most = number(4),
            .count = number(0),
            .bucket_size = number(8),
            .buckets = number(12),
            .bucket_bytes = small(20),
            .full_buckets = number(32),
            .partial_buckets = number(36),
            .block = number_in<float>(file, header + 16),
            .range = static_cast<float>(range != 0 ? range : level.range),
            .harmonics = degree < harmonics_of_degree.size() ? harmonics_of_degree[degree] : 0};
}

// The bucket of each Gaussian: full ones come first, then those whose lengths the section begins with.
std::vector<std::size_t> buckets_of(SplatBytes file, const Section& section) {
    std::vector<std::size_t> bucket;
    const std::size_t in_full = std::min(section.full_buckets * section.bucket_size, section.count);
    for (std::size_t i = 0; i < in_full; ++i)
        bucket.push_back(i / section.bucket_size);
    for (std::size_t i = 0; i < section.partial_buckets && bucket.size() < section.count; ++i) {
        const std::size_t length = number_in<std::uint32_t>(file, section.start + 4 * i);
        bucket.insert(bucket.end(), std::min(length, section.count - bucket.size()), section.full_buckets + i);
    }
    if (bucket.size() < section.count) throw UserError("the .ksplat file has splats that lie in no bucket");
    return bucket;
}

float part_of(const std::uint8_t* record, std::size_t index, const Level& level) {
    return level.number == 4
               ? number_at<float>(record + 4 * index)
               : static_cast<float>(at::Half(number_at<std::uint16_t>(record + 2 * index), at::Half::from_bits()));
}

// One row for each Gaussian: centre, scale, rotation, colour with opacity.
Tensor section_rows(SplatBytes file, const Section& section, const Level& level) {
    const std::size_t size = level.record(section.harmonics);
    require_bytes(file, section.records(), section.count * size);
    const bool is_bucketed = level.number != 4;
    const auto bucket = is_bucketed ? buckets_of(file, section) : std::vector<std::size_t>();
    const Tensor rows = at::empty({static_cast<std::int64_t>(section.count), 14});
    auto* row = rows.mutable_data_ptr<float>();
    const float unit = section.block / 2.0f / section.range;
    for (std::size_t i = 0; i < section.count; ++i, row += 14) {
        const std::uint8_t* record = file.data() + section.records() + i * size;
        for (std::size_t part = 0; part < 10; ++part)
            row[part] = part_of(record, part, level);
        for (std::size_t axis = 0; axis < 3 && is_bucketed; ++axis) {
            const float steps = number_at<std::uint16_t>(record + 2 * axis);
            row[axis] =
                (steps - section.range) * unit + number_in<float>(file, section.centers() + 12 * bucket[i] + 4 * axis);
        }
        for (std::size_t part = 0; part < 4; ++part)
            row[10 + part] = static_cast<float>(record[10 * level.number + part]) / 255.0f;
    }
    return rows;
}

}  // namespace

inference::Splat read_ksplat(SplatBytes file) {
    require_bytes(file, 0, ksplat_header);
    const std::size_t number = number_in<std::uint16_t>(file, 20);
    if (file[0] != 0 || number >= ksplat_levels.size())
        throw UserError("the .ksplat file has version " + std::to_string(file[0]) + "." + std::to_string(file[1]) +
                        " and compression level " + std::to_string(number) +
                        "; version 0 with the levels 0 to 2 is read");
    const Level& level = ksplat_levels[number];
    const std::size_t sections = number_in<std::uint32_t>(file, 4);
    std::vector<Tensor> rows;
    std::size_t start = ksplat_header + sections * section_header;
    for (std::size_t i = 0; i < sections; ++i) {
        const Section section = section_at(file, ksplat_header + i * section_header, start, level);
        if (section.count > 0) rows.push_back(section_rows(file, section, level));
        start = section.end(level);
    }
    if (rows.empty()) throw UserError("the .ksplat file has no splats");
    const Tensor all = at::cat(rows);
    return {.positions = all.narrow(1, 0, 3).contiguous(),
            .scales = all.narrow(1, 3, 3).contiguous(),
            .rotations = unit_quaternions(all.narrow(1, 6, 4)),
            .opacities = all.narrow(1, 13, 1).contiguous(),
            .harmonics = harmonics_of(all.narrow(1, 10, 3))};
}

std::vector<std::uint8_t> ksplat_of(const inference::Splat& splat) {
    const auto count = static_cast<std::uint32_t>(splat.count());
    std::vector<std::uint8_t> file(ksplat_header + section_header, 0);
    file[1] = minor_version;
    put_number<std::uint32_t>(file, 4, 1);  // sections it has room for, and has
    put_number<std::uint32_t>(file, 8, 1);
    put_number(file, 12, count);  // Gaussians likewise
    put_number(file, 16, count);
    put_number(file, ksplat_header, count);
    put_number(file, ksplat_header + 4, count);
    put_number(file, ksplat_header + 28, static_cast<std::uint32_t>(count * plain_bytes));

    const Tensor numbers = at::cat({splat.positions, splat.scales, unit_quaternions(splat.rotations)}, 1).contiguous();
    const Tensor colors =
        as_bytes(at::cat({colors_of(splat), splat.opacities.reshape({-1, 1})}, 1).clamp(0, 1) * 255.0).contiguous();
    const auto* number = static_cast<const std::uint8_t*>(numbers.const_data_ptr());
    const auto* color = colors.const_data_ptr<std::uint8_t>();
    for (std::uint32_t i = 0; i < count; ++i, number += 40, color += 4) {
        file.insert(file.end(), number, number + 40);
        file.insert(file.end(), color, color + 4);
    }
    return file;
}

}  // namespace easel::nodes
