#include "inference/weights/quantised.hpp"

#include "inference/weights/codecs/mapped.hpp"
#include "inference/weights/codecs/nibbles.hpp"
#include "inference/weights/codecs/rotated.hpp"
#include "inference/weights/codecs/scaled.hpp"
#include "inference/weights/codecs/views.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <vector>

namespace easel::inference {
namespace {

using Json = nlohmann::json;

constexpr std::string_view description_suffix = ".comfy_quant";
constexpr std::string_view old_marker = "scaled_fp8", old_scale = ".scale_weight", old_input = ".scale_input";

Tensor take(TensorMap& tensors, const std::string& key) {
    auto node = tensors.extract(key);
    return node ? std::move(node.mapped()) : Tensor();
}

Json description_of(const Tensor& text) {
    const Tensor bytes = text.to(at::kByte).contiguous();
    const auto* first = bytes.const_data_ptr<std::uint8_t>();
    return Json::parse(first, first + bytes.numel(), nullptr, /*allow_exceptions=*/false);
}

// The formats of layers: from the file's metadata, from descriptions beside the weights, and from older scales.
std::map<std::string, Json> described_layers(TensorMap& tensors, const std::map<std::string, std::string>& metadata) {
    std::map<std::string, Json> layers;
    if (const auto text = metadata.find("_quantization_metadata"); text != metadata.end()) {
        const Json description = Json::parse(text->second, nullptr, /*allow_exceptions=*/false);
        if (description.is_object() && description.contains("layers") && description["layers"].is_object())
            for (const auto& [layer, format] : description["layers"].items())
                layers[layer] = format;
    }
    std::vector<std::string> spent;
    for (const auto& [key, tensor] : tensors) {
        if (key.ends_with(description_suffix)) {
            layers[key.substr(0, key.size() - description_suffix.size())] = description_of(tensor);
            spent.push_back(key);
        } else if (key.ends_with(old_scale)) {
            layers[key.substr(0, key.size() - old_scale.size())] = {{"format", "float8_e4m3fn"}};
        } else if (key == old_marker || key.ends_with(".scaled_fp8") || key.ends_with(old_input)) {
            spent.push_back(key);
        }
    }
    for (const std::string& key : spent)
        tensors.erase(key);
    return layers;
}

// A value of a layer's description, or of the parameters in it.
template <class T>
T described(const Json& description, const char* name, T otherwise) {
    const Json& parameters =
        description.contains("params") && description["params"].is_object() ? description["params"] : description;
    return description.value(name, parameters.value(name, otherwise));
}

// How many columns were rotated together before a layer was quantised.
int64_t rotation_group(const Json& description) { return described(description, "convrot_groupsize", int64_t{256}); }

// Where the layer is in this file: metadata may name it without the prefix of its part.
std::string key_of(const TensorMap& tensors, const std::string& layer) {
    for (const char* prefix : {"", "model.diffusion_model.", "model."})
        if (tensors.contains(prefix + layer + ".weight")) return prefix + layer;
    return "";
}

// Weights that bitsandbytes quantised: `<key>` and beside it `<key>.absmax`, `<key>.quant_map` and a description.
TensorMap with_mapped_weights(TensorMap tensors, const std::string& origin) {
    constexpr std::string_view mark = ".quant_state.bitsandbytes__";
    std::vector<std::pair<std::string, std::string>> found;  // the weight's key and its description's
    for (const auto& [key, tensor] : tensors)
        if (const auto at = key.find(mark); at != std::string::npos) found.emplace_back(key.substr(0, at), key);
    for (const auto& [key, description_key] : found) {
        const Json description = description_of(take(tensors, description_key));
        Tensor scales = take(tensors, key + ".absmax");
        const Tensor table = take(tensors, key + ".quant_map"), packed = take(tensors, key);
        const Tensor nested_table = take(tensors, key + ".nested_quant_map");
        const Tensor nested = take(tensors, key + ".nested_absmax");
        if (!description.is_object() || !description.contains("shape") || !scales.defined() || !table.defined() ||
            !packed.defined())
            throw ModelError(origin + ": " + key + " is quantised in a way that is not described");
        if (nested.defined() && nested_table.defined())
            scales = nested_scales(scales, nested_table, nested, description.value("nested_blocksize", int64_t{256}),
                                   description.value("nested_offset", 0.0));
        const auto shape = description["shape"].get<std::vector<int64_t>>();
        tensors.emplace(key,
                        encoded_tensor(shape, mapped_values({.packed = packed,
                                                             .table = table,
                                                             .scales = scales.to(at::kFloat),
                                                             .block = description.value("blocksize", int64_t{64})})));
    }
    return tensors;
}

// What a file has of one quantised layer. Undefined: nothing.
struct StoredLayer {
    Tensor values, scale, second_scale, group_scale, row_scale, codebook;

    // Of one of several experts, whose parts lie behind each other.
    StoredLayer expert(int64_t index) const {
        const auto own = [&](const Tensor& part) {
            return part.defined() && part.dim() > 0 && part.size(0) == values.size(0) ? part.select(0, index) : part;
        };
        return {.values = own(values),
                .scale = own(scale),
                .second_scale = own(second_scale),
                .group_scale = own(group_scale),
                .row_scale = own(row_scale),
                .codebook = codebook};
    }
};

StoredLayer take_layer(TensorMap& tensors, const std::string& key) {
    StoredLayer layer{.values = take(tensors, key + ".weight"),
                      .scale = take(tensors, key + ".weight_scale"),
                      .second_scale = take(tensors, key + ".weight_scale_2"),
                      .group_scale = take(tensors, key + ".weight_s_rel"),
                      .row_scale = take(tensors, key + ".weight_s_channel"),
                      .codebook = take(tensors, key + ".weight_codebook")};
    if (!layer.scale.defined()) layer.scale = take(tensors, key + std::string(old_scale));
    take(tensors, key + ".input_scale");
    return layer;
}

// Undefined where the format is not known.
Tensor encoded_layer(const StoredLayer& layer, const std::string& format, const Json& description) {
    const Tensor& values = layer.values;
    const auto as_e4m3 = [](const Tensor& bytes) {
        return bytes.scalar_type() == at::kByte ? bytes.view(at::kFloat8_e4m3fn) : bytes;
    };
    if (format == "float8_e4m3fn") return encoded_tensor(values.sizes(), scaled_values(as_e4m3(values), layer.scale));
    if (format == "float8_e5m2")
        return encoded_tensor(values.sizes(), scaled_values(values.view(at::kFloat8_e5m2), layer.scale));
    if (format == "int8_tensorwise") {
        auto encoding = scaled_values(values, layer.scale);
        if (described(description, "convrot", false))
            encoding = rotated_values(std::move(encoding), rotation_group(description));
        return encoded_tensor(values.sizes(), std::move(encoding));
    }
    if (values.dim() != 2) return {};
    if (format == "mxfp8") return encoded_tensor(values.sizes(), mxfp8_values(as_e4m3(values), layer.scale));
    const std::array<int64_t, 2> unpacked{values.size(0), 2 * values.size(1)};
    if (format == "nvfp4" && layer.second_scale.defined())
        return encoded_tensor(unpacked, nvfp4_values(values, layer.scale, layer.second_scale));
    const auto rotated = [&](Nibbles nibbles) {
        return encoded_tensor(unpacked, rotated_values(nibble_values(std::move(nibbles)), rotation_group(description)));
    };
    if (format == "convrot_w4a4")
        return rotated({.packed = values, .numbers = signed_nibbles(), .row_scale = layer.scale});
    if (format == "asym_w4a8_int8")
        return rotated({.packed = values,
                        .numbers = layer.codebook.defined() ? layer.codebook : shifted_nibbles(),
                        .row_scale = layer.row_scale,
                        .group_scale = as_e4m3(layer.group_scale)});
    return {};
}

}  // namespace

TensorMap with_quantised_weights(TensorMap tensors, const std::map<std::string, std::string>& metadata,
                                 const std::string& origin) {
    for (const auto& [name, description] : described_layers(tensors, metadata)) {
        const std::string key = key_of(tensors, name);
        if (key.empty()) continue;
        const auto fail = [&](const std::string& what) { throw ModelError(origin + ": " + key + " " + what); };
        if (!description.is_object() || !description.contains("format") || !description["format"].is_string())
            fail("is quantised in a way that is not described");
        const std::string format = description["format"];
        const StoredLayer layer = take_layer(tensors, key);
        const Tensor input_factors = take(tensors, key + ".pre_quant_scale");  // [columns]
        const bool has_scales = format == "asym_w4a8_int8" ? layer.group_scale.defined() && layer.row_scale.defined()
                                                           : layer.scale.defined();
        if (encoding_of(layer.values) || !has_scales) fail("lacks its scales");
        const auto encode = [&](const StoredLayer& part, const std::string& weight) {
            Tensor encoded = encoded_layer(part, format, description);
            if (!encoded.defined()) fail("has the format " + format + ", which is not read");
            if (input_factors.defined()) encoded = with_scaled_columns(encoded, input_factors);
            tensors.emplace(weight, std::move(encoded));
        };
        if (layer.values.dim() != 3) {
            encode(layer, key + ".weight");
            continue;
        }
        for (int64_t expert = 0; expert < layer.values.size(0); ++expert)
            encode(layer.expert(expert), key + "." + std::to_string(expert) + ".weight");
    }
    return with_mapped_weights(std::move(tensors), origin);
}

}  // namespace easel::inference
