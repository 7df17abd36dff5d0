#include "nodes/three_d/mesh/glb.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "nodes/picture_files/png_writer.hpp"

#include <bit>
#include <cstring>
#include <span>

namespace easel::nodes {
namespace {

static_assert(std::endian::native == std::endian::little, "glTF is little-endian");

// Numbers that the format gives to types and uses.
constexpr int float_type = 5126, unsigned_type = 5125;
constexpr int vertex_buffer = 34962, index_buffer = 34963;
constexpr int linear_filter = 9729, clamp_to_edge = 33071, triangle_mode = 4;
constexpr std::uint32_t glb_magic = 0x46546C67, glb_version = 2, json_chunk = 0x4E4F534A, binary_chunk = 0x004E4942;
constexpr std::size_t header_bytes = 12, chunk_header_bytes = 8;

void append(std::vector<std::uint8_t>& bytes, std::uint32_t number) {
    std::uint8_t raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    bytes.insert(bytes.end(), raw, raw + sizeof number);
}

// The one buffer of a file and what is told of its parts.
class GlbBuffer {
public:
    // Returns the number of the view. `use` 0: none is told.
    std::size_t add(std::span<const std::uint8_t> bytes, int use) {
        Json view = {{"buffer", 0}, {"byteOffset", bytes_.size()}, {"byteLength", bytes.size()}};
        if (use != 0) view["target"] = use;
        views_.push_back(view);
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        bytes_.resize((bytes_.size() + 3) / 4 * 4, 0);
        return views_.size() - 1;
    }

    // Returns the number of the accessor. `values` [count, parts] of four bytes each.
    std::size_t add(const Tensor& values, int type, int use, const char* shape) {
        const Tensor dense = values.contiguous();
        const auto* data = static_cast<const std::uint8_t*>(dense.const_data_ptr());
        const std::size_t view = add({data, dense.nbytes()}, use);
        accessors_.push_back({{"bufferView", view},
                              {"byteOffset", 0},
                              {"componentType", type},
                              {"count", dense.size(0)},
                              {"type", shape}});
        return accessors_.size() - 1;
    }

    Json& accessor(std::size_t number) { return accessors_[number]; }
    const Json& views() const { return views_; }
    const Json& accessors() const { return accessors_; }
    const std::vector<std::uint8_t>& bytes() const { return bytes_; }

private:
    std::vector<std::uint8_t> bytes_;
    Json views_ = Json::array(), accessors_ = Json::array();
};

Json numbers_of(const Tensor& row) {
    Json result = Json::array();
    for (std::int64_t i = 0; i < row.size(0); ++i)
        result.push_back(row[i].item<float>());
    return result;
}

void check_faces(const inference::Mesh& mesh) {
    const auto least = mesh.faces.min().item<std::int64_t>(), most = mesh.faces.max().item<std::int64_t>();
    if (least < 0 || most >= mesh.vertices.size(0))
        throw UserError("a face of the mesh names vertex " + std::to_string(least < 0 ? least : most) +
                        ", but there are " + std::to_string(mesh.vertices.size(0)));
}

constexpr const char* unlit_extension = "KHR_materials_unlit";

// A file's pictures, each a texture of its own.
class GlbTextures {
public:
    explicit GlbTextures(GlbBuffer& buffer) : buffer_(buffer) {}

    // `pixels` [h, w, 3] in 0..1. Returns how a material names the texture.
    Json add(const Tensor& pixels) {
        const Tensor bytes = (pixels.to(at::kCPU, at::kFloat).clamp(0, 1) * 255.0).to(at::kByte).contiguous();
        images_.push_back({{"bufferView", buffer_.add(encode_png(bytes), 0)}, {"mimeType", "image/png"}});
        textures_.push_back({{"source", images_.size() - 1}, {"sampler", 0}});
        return {{"index", textures_.size() - 1}, {"texCoord", 0}};
    }

    void describe(Json& description) const {
        if (images_.empty()) return;
        description["images"] = images_;
        description["textures"] = textures_;
        description["samplers"] = Json::array({{{"magFilter", linear_filter},
                                                {"minFilter", linear_filter},
                                                {"wrapS", clamp_to_edge},
                                                {"wrapT", clamp_to_edge}}});
    }

private:
    GlbBuffer& buffer_;
    Json images_ = Json::array(), textures_ = Json::array();
};

// Bare surfaces are grey; colours and textures are shown as they are. Maps count where vertices have places in them.
Json material_of(const inference::Mesh& mesh, GlbTextures& textures) {
    const bool has_places = mesh.uvs.defined(), is_textured = has_places && mesh.texture.defined();
    const bool is_unlit = mesh.is_unlit && !is_textured;
    const bool is_colored = is_textured || is_unlit || mesh.colors.defined();
    Json surface = {{"metallicFactor", 0.0}, {"roughnessFactor", is_colored ? 1.0 : 0.5}};
    surface["baseColorFactor"] = is_colored ? Json({1.0, 1.0, 1.0, 1.0}) : Json({0.22, 0.22, 0.22, 1.0});
    if (is_textured) surface["baseColorTexture"] = textures.add(mesh.texture);
    Json material = {{"doubleSided", true}};
    if (is_unlit) {
        material["extensions"] = {{unlit_extension, Json::object()}};
    } else if (has_places) {
        if (mesh.surface_map.defined()) {
            surface["metallicRoughnessTexture"] = textures.add(mesh.surface_map);
            surface["metallicFactor"] = surface["roughnessFactor"] = 1.0;  // the texture says it all
            if (mesh.has_occlusion) {
                material["occlusionTexture"] = surface["metallicRoughnessTexture"];
                material["occlusionTexture"]["strength"] = 1.0;
            }
        }
        if (mesh.normal_map.defined()) {
            material["normalTexture"] = textures.add(mesh.normal_map);
            material["normalTexture"]["scale"] = 1.0;
        }
    }
    material["pbrMetallicRoughness"] = surface;
    return material;
}

std::vector<std::uint8_t> file_of(const Json& description, const std::vector<std::uint8_t>& buffer) {
    std::string text = description.dump();
    text.resize((text.size() + 3) / 4 * 4, ' ');
    std::vector<std::uint8_t> file;
    const std::size_t size = header_bytes + 2 * chunk_header_bytes + text.size() + buffer.size();
    file.reserve(size);
    for (const std::uint32_t number : {glb_magic, glb_version, static_cast<std::uint32_t>(size),
                                       static_cast<std::uint32_t>(text.size()), json_chunk})
        append(file, number);
    file.insert(file.end(), text.begin(), text.end());
    append(file, static_cast<std::uint32_t>(buffer.size()));
    append(file, binary_chunk);
    file.insert(file.end(), buffer.begin(), buffer.end());
    return file;
}

}  // namespace

std::vector<std::uint8_t> glb_of(const inference::Mesh& mesh,
                                 const std::vector<std::pair<std::string, std::string>>& notes) {
    check_faces(mesh);
    GlbBuffer buffer;
    const Tensor vertices = mesh.vertices.to(at::kCPU, at::kFloat);
    const std::size_t position = buffer.add(vertices, float_type, vertex_buffer, "VEC3");
    buffer.accessor(position)["min"] = numbers_of(vertices.amin(0));
    buffer.accessor(position)["max"] = numbers_of(vertices.amax(0));
    const std::size_t indices =
        buffer.add(mesh.faces.to(at::kCPU, at::kInt).view({-1, 1}), unsigned_type, index_buffer, "SCALAR");
    Json attributes = {{"POSITION", position}};
    const auto add_attribute = [&](const char* name, const Tensor& values, const char* shape) {
        attributes[name] = buffer.add(values.to(at::kCPU, at::kFloat), float_type, vertex_buffer, shape);
    };
    if (mesh.uvs.defined()) add_attribute("TEXCOORD_0", mesh.uvs, "VEC2");
    if (mesh.colors.defined())
        add_attribute("COLOR_0", mesh.colors.clamp(0, 1), mesh.colors.size(1) == 3 ? "VEC3" : "VEC4");
    if (mesh.normals.defined()) add_attribute("NORMAL", mesh.normals, "VEC3");

    if (mesh.tangents.defined()) add_attribute("TANGENT", mesh.tangents, "VEC4");

    GlbTextures textures(buffer);
    Json description = {{"asset", {{"version", "2.0"}, {"generator", "easel"}}}, {"scene", 0}};
    description["scenes"] = Json::array({{{"nodes", Json::array({0})}}});
    description["nodes"] = Json::array({{{"mesh", 0}}});
    description["materials"] = Json::array({material_of(mesh, textures)});
    if (description["materials"][0].contains("extensions"))
        description["extensionsUsed"] = Json::array({unlit_extension});
    const Json surface = {{"attributes", attributes}, {"indices", indices}, {"mode", triangle_mode}, {"material", 0}};
    description["meshes"] = Json::array({{{"primitives", Json::array({surface})}}});
    textures.describe(description);
    for (const auto& [name, text] : notes)
        description["asset"]["extras"][name] = text;
    description["bufferViews"] = buffer.views();
    description["accessors"] = buffer.accessors();
    description["buffers"] = Json::array({{{"byteLength", buffer.bytes().size()}}});
    return file_of(description, buffer.bytes());
}

}  // namespace easel::nodes
