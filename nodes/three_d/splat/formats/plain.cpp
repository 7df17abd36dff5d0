#include "nodes/three_d/splat/formats/plain.hpp"

#include "nodes/three_d/splat/formats/splat_bytes.hpp"

namespace easel::nodes {
namespace {

constexpr std::size_t plain_record = 32;  // position and scale as floats, colour with opacity and rotation as bytes

}  // namespace

inference::Splat read_plain_splat(SplatBytes file) {
    if (file.size() % plain_record != 0)
        throw UserError("a .splat file consists of records of 32 bytes, but this one has " +
                        std::to_string(file.size()) + " bytes");
    const auto count = static_cast<std::int64_t>(file.size() / plain_record);
    const Tensor floats = at::empty({count, 6}), bytes = at::empty({count, 8});
    auto* number = floats.mutable_data_ptr<float>();
    auto* byte = bytes.mutable_data_ptr<float>();
    for (const auto* record = file.data(); record != file.data() + file.size(); record += plain_record) {
        for (std::size_t i = 0; i < 6; ++i)
            *number++ = number_at<float>(record + 4 * i);
        for (std::size_t i = 0; i < 8; ++i)
            *byte++ = static_cast<float>(record[24 + i]);
    }
    return {.positions = floats.narrow(1, 0, 3).contiguous(),
            .scales = floats.narrow(1, 3, 3).contiguous(),
            .rotations = unit_quaternions((bytes.narrow(1, 4, 4) - 128.0) / 128.0),
            .opacities = (bytes.narrow(1, 3, 1) / 255.0).contiguous(),
            .harmonics = harmonics_of(bytes.narrow(1, 0, 3) / 255.0)};
}

}  // namespace easel::nodes
