#include "inference/weights/quantised.hpp"

#include "inference/weights/codecs/mapped.hpp"
#include "inference/weights/codecs/rotated.hpp"
#include "inference/weights/codecs/scaled.hpp"

#include <nlohmann/json.hpp>

#include <optional>
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

// How many columns were rotated together before a layer was quantised; nothing when none were.
std::optional<int64_t> rotation_group(const Json& description) {
    constexpr int64_t usual = 256;
    const Json& parameters = description.contains("params") && description["params"].is_object() ? description["params"]
                                                                                                   : description;
    const auto value = [&](const char* name, auto otherwise) {
        return description.value(name, parameters.value(name, otherwise));
    };
    if (!value("convrot", false)) return std::nullopt;
    return value("convrot_groupsize", usual);
}

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

}  // namespace

TensorMap with_quantised_weights(TensorMap tensors, const std::map<std::string, std::string>& metadata,
                                 const std::string& origin) {
    for (const auto& [layer, description] : described_layers(tensors, metadata)) {
        const std::string key = key_of(tensors, layer);
        if (key.empty()) continue;
        const auto fail = [&](const std::string& what) { throw ModelError(origin + ": " + key + " " + what); };
        if (!description.is_object() || !description.contains("format") || !description["format"].is_string())
            fail("is quantised in a way that is not described");
        Tensor scale = take(tensors, key + ".weight_scale");
        if (!scale.defined()) scale = take(tensors, key + std::string(old_scale));
        const Tensor second = take(tensors, key + ".weight_scale_2");
        take(tensors, key + ".input_scale");
        const std::string format = description["format"];
        const Tensor values = take(tensors, key + ".weight");
        if (encoding_of(values) || !scale.defined()) fail("lacks its weight_scale");

        std::shared_ptr<const Encoding> encoding;
        std::vector<int64_t> shape = values.sizes().vec();
        if (format == "float8_e4m3fn" || format == "float8_e5m2") {
            const auto type = format == "float8_e5m2" ? at::kFloat8_e5m2 : at::kFloat8_e4m3fn;
            encoding = scaled_values(values.scalar_type() == at::kByte ? values.view(type) : values, scale);
        } else if (format == "int8_tensorwise") {
            encoding = scaled_values(values, scale);
            if (const auto group = rotation_group(description)) encoding = rotated_values(std::move(encoding), *group);
        } else if (format == "nvfp4" && second.defined() && values.dim() == 2) {
            shape[1] *= 2;
            encoding = nvfp4_values(values, scale, second);
        } else {
            fail("has the format " + format + ", which is not read");
        }
        tensors.emplace(key + ".weight", encoded_tensor(shape, std::move(encoding)));
    }
    return with_mapped_weights(std::move(tensors), origin);
}

}  // namespace easel::inference
