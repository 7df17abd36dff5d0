#include "nodes/three_d/splat/formats/ply.hpp"

#include "nodes/three_d/splat/formats/splat_bytes.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace easel::nodes {
namespace {

constexpr std::string_view header_end = "end_header";
constexpr std::int64_t most_vertices = std::int64_t{1} << 31;

enum class PlyType { int8, uint8, int16, uint16, int32, uint32, float32, float64 };

struct PlyProperty {
    std::string name;
    PlyType type;
    std::size_t offset;  // in a record
};

struct PlyHeader {
    std::vector<PlyProperty> properties;  // of vertices
    std::int64_t count = 0;
    std::size_t record = 0;  // bytes of a vertex
    std::size_t body = 0;    // where records begin

    const PlyProperty* find(std::string_view name) const {
        const auto found = std::ranges::find(properties, name, &PlyProperty::name);
        return found == properties.end() ? nullptr : &*found;
    }
};

PlyType ply_type(const std::string& name) {
    constexpr std::pair<std::string_view, PlyType> names[] = {
        {"char", PlyType::int8},      {"int8", PlyType::int8},       {"uchar", PlyType::uint8},
        {"uint8", PlyType::uint8},    {"short", PlyType::int16},     {"int16", PlyType::int16},
        {"ushort", PlyType::uint16},  {"uint16", PlyType::uint16},   {"int", PlyType::int32},
        {"int32", PlyType::int32},    {"uint", PlyType::uint32},     {"uint32", PlyType::uint32},
        {"float", PlyType::float32},  {"float32", PlyType::float32}, {"double", PlyType::float64},
        {"float64", PlyType::float64}};
    for (const auto& [known, type] : names)
        if (known == name) return type;
    throw UserError("the PLY file has vertices with properties of type \"" + name +
                    "\"; only plain numbers are read, no lists");
}

std::size_t size_of(PlyType type) {
    switch (type) {
    case PlyType::int8:
    case PlyType::uint8:
        return 1;
    case PlyType::int16:
    case PlyType::uint16:
        return 2;
    case PlyType::float64:
        return 8;
    default:
        return 4;
    }
}

float ply_number(const std::uint8_t* at, PlyType type) {
    switch (type) {
    case PlyType::int8:
        return number_at<std::int8_t>(at);
    case PlyType::uint8:
        return number_at<std::uint8_t>(at);
    case PlyType::int16:
        return number_at<std::int16_t>(at);
    case PlyType::uint16:
        return number_at<std::uint16_t>(at);
    case PlyType::int32:
        return static_cast<float>(number_at<std::int32_t>(at));
    case PlyType::uint32:
        return static_cast<float>(number_at<std::uint32_t>(at));
    case PlyType::float64:
        return static_cast<float>(number_at<double>(at));
    default:
        return number_at<float>(at);
    }
}

PlyHeader ply_header(SplatBytes file) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    const std::size_t end = text.find(header_end);
    if (end == std::string_view::npos) throw UserError("the file is no PLY: its header has no end");
    PlyHeader header;
    header.body = end + header_end.size();
    header.body += text.substr(header.body, 2) == "\r\n" ? 2 : 1;

    std::istringstream lines{std::string(text.substr(0, end))};
    bool is_vertex = false;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string kind, second, third;
        words >> kind >> second >> third;
        if (kind == "format" && second != "binary_little_endian")
            throw UserError("the PLY file is " + second + "; splats are read from binary_little_endian ones");
        if (kind == "element") {
            is_vertex = second == "vertex";
            if (is_vertex) {
                const auto [rest, error] = std::from_chars(third.data(), third.data() + third.size(), header.count);
                if (error != std::errc() || header.count < 0 || header.count > most_vertices)
                    throw UserError("the PLY file says that it has \"" + third + "\" vertices");
            }
        }
        if (kind == "property" && is_vertex) {
            const PlyType type = ply_type(second);
            header.properties.push_back({.name = third, .type = type, .offset = header.record});
            header.record += size_of(type);
        }
    }
    require_bytes(file, header.body, header.record * static_cast<std::size_t>(header.count));
    return header;
}

// The properties of these names beside each other, [n, names].
Tensor columns(SplatBytes file, const PlyHeader& header, const std::vector<std::string>& names) {
    const auto count = static_cast<std::int64_t>(names.size());
    const Tensor values = at::empty({header.count, count});
    auto* value = values.mutable_data_ptr<float>();
    for (std::int64_t column = 0; column < count; ++column) {
        const std::string& name = names[static_cast<std::size_t>(column)];
        const PlyProperty* property = header.find(name);
        if (property == nullptr) throw UserError("the PLY file has no property \"" + name + "\": is it a splat?");
        const std::uint8_t* at = file.data() + header.body + property->offset;
        for (std::int64_t i = 0; i < header.count; ++i, at += header.record)
            value[i * count + column] = ply_number(at, property->type);
    }
    return values;
}

// f_rest_0, f_rest_1, ... in the order of their numbers.
std::vector<std::string> higher_harmonics(const PlyHeader& header) {
    std::vector<std::string> names;
    for (const PlyProperty& property : header.properties)
        if (property.name.starts_with("f_rest_")) names.push_back(property.name);
    std::ranges::sort(names, {}, [](const std::string& name) { return std::pair(name.size(), name); });
    if (names.size() % 3 != 0)
        throw UserError("the PLY file has " + std::to_string(names.size()) +
                        " higher harmonics, which is no multiple of three colours");
    return names;
}

Tensor ply_harmonics(SplatBytes file, const PlyHeader& header) {
    if (header.find("f_dc_0") != nullptr) {
        const Tensor base = columns(file, header, {"f_dc_0", "f_dc_1", "f_dc_2"}).unsqueeze(1);
        const std::vector<std::string> names = higher_harmonics(header);
        if (names.empty()) return base;
        const auto degrees = static_cast<std::int64_t>(names.size() / 3);
        const Tensor higher = columns(file, header, names).view({header.count, 3, degrees}).transpose(1, 2);
        return at::cat({base, higher}, 1);
    }
    if (header.find("red") != nullptr) return harmonics_of(columns(file, header, {"red", "green", "blue"}) / 255.0);
    return at::zeros({header.count, 1, 3});
}

}  // namespace

inference::Splat read_ply(SplatBytes file) {
    const PlyHeader header = ply_header(file);
    inference::Splat splat{.positions = columns(file, header, {"x", "y", "z"}),
                           .scales = at::full({header.count, 3}, 0.01f),
                           .rotations = at::tensor({1.0f, 0.0f, 0.0f, 0.0f}).repeat({header.count, 1}),
                           .opacities = at::ones({header.count, 1}),
                           .harmonics = ply_harmonics(file, header)};
    if (header.find("scale_0") != nullptr)
        splat.scales = columns(file, header, {"scale_0", "scale_1", "scale_2"}).exp();
    if (header.find("rot_0") != nullptr)
        splat.rotations = unit_quaternions(columns(file, header, {"rot_0", "rot_1", "rot_2", "rot_3"}));
    if (header.find("opacity") != nullptr) splat.opacities = 1.0 / (1.0 + (-columns(file, header, {"opacity"})).exp());
    return splat;
}

std::vector<std::uint8_t> ply_of(const inference::Splat& splat) {
    const std::int64_t count = splat.count();
    const Tensor opacity = splat.opacities.reshape({count, 1}).clamp(1e-6, 1.0 - 1e-6);
    const Tensor higher = splat.harmonics.slice(1, 1).transpose(1, 2).reshape({count, -1});
    const Tensor records =
        at::cat({splat.positions, at::zeros({count, 3}), splat.harmonics.select(1, 0), higher,
                 (opacity / (1.0 - opacity)).log(), splat.scales.clamp_min(1e-8).log(), splat.rotations},
                1)
            .to(at::kFloat)
            .contiguous();
    std::string header = "ply\nformat binary_little_endian 1.0\nelement vertex " + std::to_string(count) + "\n";
    const auto declare = [&](const std::string& name) { header += "property float " + name + "\n"; };
    for (const char* name : {"x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"})
        declare(name);
    for (std::int64_t i = 0; i < higher.size(1); ++i)
        declare("f_rest_" + std::to_string(i));
    for (const char* name : {"opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"})
        declare(name);
    header += std::string(header_end) + "\n";
    std::vector<std::uint8_t> file(header.begin(), header.end());
    const auto* bytes = static_cast<const std::uint8_t*>(records.const_data_ptr());
    file.insert(file.end(), bytes, bytes + records.nbytes());
    return file;
}

}  // namespace easel::nodes
