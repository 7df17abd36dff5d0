// IP-Adapters applied to models, by the names under which workflows know the nodes.
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/ip_adapter_link.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <algorithm>
#include <vector>

namespace easel::nodes {
namespace {

using inference::ClipVision;
using inference::IpAdapterUse;

constexpr std::int64_t vision_side = 224;

// `tensor` with its last member repeated, or cut, to `count` members.
Tensor sized(const Tensor& tensor, std::int64_t count) {
    const std::int64_t missing = count - tensor.size(0);
    if (missing <= 0) return tensor.narrow(0, 0, count);
    std::vector<std::int64_t> shape = tensor.sizes().vec();
    shape.front() = missing;
    return at::cat({tensor, tensor.slice(0, tensor.size(0) - 1).expand(shape)});
}

IpAdapterUse seen(const IpAdapterLink& link, const std::optional<ClipVision>& clip_vision, const Image& image,
                  const std::optional<Image>& negative, const std::string& combine) {
    const auto& vision = clip_vision ? clip_vision : link.clip_vision;
    if (!vision) throw UserError("this IP-Adapter needs a vision model: connect one to clip_vision");
    const auto read = [&](const Tensor& pixels) {
        return link.adapter->read(vision->encode(pixels, ClipVision::Fit::cut));
    };
    const auto read_nothing = [&](const Tensor& pictures) {
        if (negative) return read(negative->pixels);
        return link.adapter->reads_features() ? read(at::zeros({1, vision_side, vision_side, 3}))
                                              : at::zeros_like(pictures);
    };
    const Tensor pictures = read(image.pixels);
    const Tensor positive = inference::combined_pictures(pictures, combine);
    const Tensor nothing = sized(read_nothing(pictures), positive.size(0));
    // Several pictures are looked at one after the other.
    const auto tokens = [&](const Tensor& features) {
        return link.adapter->tokens(features).flatten(0, 1).unsqueeze(0);
    };
    return {.adapter = link.adapter, .tokens = tokens(positive), .nothing = tokens(nothing)};
}

std::optional<Tensor> values_of(const std::optional<Mask>& mask) {
    return mask ? std::optional<Tensor>(mask->values) : std::nullopt;
}

// The same text as lives as long as the program.
std::string_view lasting(const std::vector<std::string_view>& names, const std::string& name) {
    const auto found = std::ranges::find(names, std::string_view(name));
    return found == names.end() ? names.front() : *found;
}

struct IpAdapterSimple {
    Model model;
    IpAdapterLink ipadapter;
    Image image;
    double weight = 1.0;
    double start_at = 0.0;
    double end_at = 1.0;
    std::string weight_type;
    std::optional<Mask> attn_mask;

    static void declare(Schema& s) {
        s.python_module = "custom_nodes.ComfyUI_IPAdapter_plus";
        s.category = "ipadapter";
        s.display_name = "IPAdapter";
        s.in("model", &IpAdapterSimple::model);
        s.in("ipadapter", &IpAdapterSimple::ipadapter);
        s.in("image", &IpAdapterSimple::image);
        s.in("weight", &IpAdapterSimple::weight).range(-1.0, 3.0).step(0.05);
        s.in("start_at", &IpAdapterSimple::start_at).range(0.0, 1.0).step(0.001);
        s.in("end_at", &IpAdapterSimple::end_at).range(0.0, 1.0).step(0.001);
        s.in("weight_type", &IpAdapterSimple::weight_type)
            .choices(one_of({"standard", "prompt is more important", "style transfer"}));
        s.in("attn_mask", &IpAdapterSimple::attn_mask);
    }

    Model execute() const {
        IpAdapterUse use = seen(ipadapter, {}, image, {}, "concat");
        std::string spread = "linear";
        if (weight_type == "style transfer") spread = weight_type;
        if (weight_type == "prompt is more important") spread = "ease out";
        use.weights = {.weight = weight,
                       .spread = lasting(inference::ip_adapter_spreads, spread),
                       .scaling = inference::ip_adapter_scalings.front()};
        use.start_percent = start_at;
        use.end_percent = end_at;
        use.mask = values_of(attn_mask);
        return inference::with_ip_adapter(model, use);
    }
};

struct IpAdapterAdvanced {
    Model model;
    IpAdapterLink ipadapter;
    Image image;
    double weight = 1.0;
    std::string weight_type;
    std::string combine_embeds;
    double start_at = 0.0;
    double end_at = 1.0;
    std::string embeds_scaling;
    std::optional<Image> image_negative;
    std::optional<Mask> attn_mask;
    std::optional<ClipVision> clip_vision;

    static void declare(Schema& s) {
        s.python_module = "custom_nodes.ComfyUI_IPAdapter_plus";
        s.category = "ipadapter";
        s.display_name = "IPAdapter Advanced";
        s.in("model", &IpAdapterAdvanced::model);
        s.in("ipadapter", &IpAdapterAdvanced::ipadapter);
        s.in("image", &IpAdapterAdvanced::image);
        s.in("weight", &IpAdapterAdvanced::weight).range(-1.0, 5.0).step(0.05);
        s.in("weight_type", &IpAdapterAdvanced::weight_type).choices(one_of(inference::ip_adapter_spreads));
        s.in("combine_embeds", &IpAdapterAdvanced::combine_embeds)
            .choices(one_of(inference::ip_adapter_combinations));
        s.in("start_at", &IpAdapterAdvanced::start_at).range(0.0, 1.0).step(0.001);
        s.in("end_at", &IpAdapterAdvanced::end_at).range(0.0, 1.0).step(0.001);
        s.in("embeds_scaling", &IpAdapterAdvanced::embeds_scaling).choices(one_of(inference::ip_adapter_scalings));
        s.in("image_negative", &IpAdapterAdvanced::image_negative);
        s.in("attn_mask", &IpAdapterAdvanced::attn_mask);
        s.in("clip_vision", &IpAdapterAdvanced::clip_vision);
    }

    Model execute() const {
        IpAdapterUse use = seen(ipadapter, clip_vision, image, image_negative, combine_embeds);
        use.weights = {.weight = weight,
                       .spread = lasting(inference::ip_adapter_spreads, weight_type),
                       .scaling = lasting(inference::ip_adapter_scalings, embeds_scaling)};
        use.start_percent = start_at;
        use.end_percent = end_at;
        use.mask = values_of(attn_mask);
        return inference::with_ip_adapter(model, use);
    }
};

}  // namespace

void register_ip_adapter_apply(Registry& registry) {
    registry.add<IpAdapterSimple>("IPAdapter");
    registry.add<IpAdapterAdvanced>("IPAdapterAdvanced");
}

}  // namespace easel::nodes
