#include "web-api/messages.hpp"

#include "base/json_text.hpp"
#include "web-api/picture.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace easel::web {
namespace {

using namespace graph;

enum class Frame : std::uint32_t { preview = 1, text = 3, preview_with_metadata = 4 };
enum class ImageType : std::uint32_t { jpeg = 1, png = 2 };

constexpr int preview_quality = 95;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string big_endian(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
}

std::string frame(Frame kind) { return big_endian(static_cast<std::uint32_t>(kind)); }
std::string with_length(const std::string& text) { return big_endian(static_cast<std::uint32_t>(text.size())) + text; }

// Whole numbers without a fraction, as Python's integers: progress counts steps.
Json number(double value) {
    if (std::trunc(value) == value && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
    return value;
}

Json optional_text(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

std::string_view state_name(NodeState state) {
    switch (state) {
    case NodeState::pending:
        return "pending";
    case NodeState::running:
        return "running";
    case NodeState::finished:
        return "finished";
    case NodeState::error:
        return "error";
    }
    return "pending";
}

// Scaled, up as well, to fit a square with the proportions kept, as PIL's ImageOps.contain.
cv::Mat fit(const cv::Mat& pixels, int square) {
    const double width = pixels.cols, height = pixels.rows;
    cv::Size size(square, square);
    if (width > height) size.height = std::max(1, static_cast<int>(std::lround(height / width * square)));
    if (height > width) size.width = std::max(1, static_cast<int>(std::lround(width / height * square)));
    cv::Mat scaled;
    // PIL's bilinear filter widens when it shrinks, which is the average over an area.
    const bool shrinks = size.width < pixels.cols;
    cv::resize(pixels, scaled, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return scaled;
}

std::string encode(const PreviewImage& image) {
    const cv::Mat rgb(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
    cv::Mat pixels;
    cv::cvtColor(rgb, pixels, cv::COLOR_RGB2BGR);
    if (image.max_size > 0) pixels = fit(pixels, image.max_size);
    const PictureFormat format = image.format == "PNG" ? PictureFormat::png : PictureFormat::jpeg;
    return write_picture(pixels, format, preview_quality);
}

WireMessage preview(const Preview& event, const std::string& prompt_id, const ClientFeatures& features) {
    const bool is_png = event.image.format == "PNG";
    WireMessage message{.is_binary = true, .may_drop = true, .payload = {}};
    if (features.supports_preview_metadata) {
        message.payload = frame(Frame::preview_with_metadata) +
                          with_length(dump({{"node_id", event.node},
                                            {"prompt_id", prompt_id},
                                            {"display_node_id", event.display_node},
                                            {"parent_node_id", optional_text(event.parent_node)},
                                            {"real_node_id", event.real_node},
                                            {"image_type", is_png ? "image/png" : "image/jpeg"}}));
    } else {
        message.payload =
            frame(Frame::preview) + big_endian(static_cast<std::uint32_t>(is_png ? ImageType::png : ImageType::jpeg));
    }
    message.payload += encode(event.image);
    return message;
}

// An object that is written down one member after the other.
class ObjectText {
public:
    ObjectText& text(std::string_view name, std::string_view value) {
        append_json_string(begin(name), value);
        return *this;
    }
    ObjectText& json(std::string_view name, const Json& value) {
        begin(name) += dump(value);
        return *this;
    }
    ObjectText& object(std::string_view name, const ObjectText& value) {
        begin(name) += value.text_ + '}';
        return *this;
    }
    ObjectText& integer(std::string_view name, std::int64_t value) {
        begin(name) += std::to_string(value);
        return *this;
    }
    std::string closed() const { return text_ + '}'; }

private:
    std::string& begin(std::string_view name) {
        if (text_.size() > 1) text_ += ',';
        append_json_string(text_, name);
        return text_ += ':';
    }

    std::string text_ = "{";
};

ObjectText node_text(const NodeProgress& node, const std::string& prompt_id) {
    ObjectText text;
    text.json("value", number(node.value)).json("max", number(node.total)).text("state", state_name(node.state));
    text.text("node_id", node.node).text("prompt_id", prompt_id).text("display_node_id", node.display_node);
    text.json("parent_node_id", optional_text(node.parent_node)).text("real_node_id", node.real_node);
    return text;
}

// What a text message says. Not for Text, which is binary, nor for ProgressState.
struct TextMessage {
    std::string_view type;
    ObjectText data;
};

TextMessage text_message(const ExecutionStart&, const Event& event) {
    ObjectText data;
    data.text("prompt_id", event.prompt_id).integer("timestamp", event.timestamp_ms);
    return {"execution_start", std::move(data)};
}

TextMessage text_message(const ExecutionCached& body, const Event& event) {
    ObjectText data;
    data.json("nodes", body.nodes).text("prompt_id", event.prompt_id).integer("timestamp", event.timestamp_ms);
    return {"execution_cached", std::move(data)};
}

TextMessage text_message(const Executing& body, const Event& event) {
    ObjectText data;
    if (body.node)
        data.text("node", *body.node).text("display_node", body.display_node);
    else
        data.json("node", nullptr);
    data.text("prompt_id", event.prompt_id);
    return {"executing", std::move(data)};
}

TextMessage text_message(const Executed& body, const Event& event) {
    ObjectText data;
    data.text("node", body.node).text("display_node", body.display_node).json("output", body.output);
    data.text("prompt_id", event.prompt_id);
    return {"executed", std::move(data)};
}

TextMessage text_message(const Progress& body, const Event& event) {
    ObjectText data;
    data.json("value", number(body.value)).json("max", number(body.total)).text("prompt_id", event.prompt_id);
    data.text("node", body.node);
    return {"progress", std::move(data)};
}

TextMessage text_message(const ExecutionSuccess&, const Event& event) {
    ObjectText data;
    data.text("prompt_id", event.prompt_id).integer("timestamp", event.timestamp_ms);
    return {"execution_success", std::move(data)};
}

TextMessage text_message(const ExecutionError& body, const Event& event) {
    ObjectText data;
    data.text("prompt_id", event.prompt_id).text("node_id", body.node).text("node_type", body.node_type);
    data.json("executed", body.executed).text("exception_message", body.exception_message);
    data.text("exception_type", body.exception_type).json("traceback", body.traceback);
    data.json("current_inputs", body.current_inputs).json("current_outputs", body.current_outputs);
    if (!body.live_only) data.integer("timestamp", event.timestamp_ms);
    return {"execution_error", std::move(data)};
}

TextMessage text_message(const ExecutionInterrupted& body, const Event& event) {
    ObjectText data;
    data.text("prompt_id", event.prompt_id).text("node_id", body.node).text("node_type", body.node_type);
    data.json("executed", body.executed).integer("timestamp", event.timestamp_ms);
    return {"execution_interrupted", std::move(data)};
}

std::string closed(const TextMessage& message) {
    return ObjectText().text("type", message.type).object("data", message.data).closed();
}

// The most frequent of all messages, and the longest.
std::string progress_state(const ProgressState& event, const std::string& prompt_id) {
    ObjectText nodes, data;
    for (const NodeProgress& node : event.nodes)
        if (node.state != NodeState::pending) nodes.object(node.node, node_text(node, prompt_id));
    data.text("prompt_id", prompt_id).object("nodes", nodes);
    return closed({"progress_state", std::move(data)});
}

// The picture with metadata goes before its step, the picture without after it, as in the reference.
std::vector<WireMessage> with_picture(WireMessage step, const Preview& picture, const Event& event,
                                      const ClientFeatures& features) {
    WireMessage frame = preview(picture, event.prompt_id, features);
    if (features.supports_preview_metadata) std::swap(step, frame);
    return {std::move(step), std::move(frame)};
}

}  // namespace

std::vector<WireMessage> render(const Event& event, const ClientFeatures& features) {
    return std::visit(
        [&](const auto& body) -> std::vector<WireMessage> {
            using Body = std::decay_t<decltype(body)>;
            if constexpr (std::is_same_v<Body, Text>) {
                return {{.is_binary = true,
                         .may_drop = false,
                         .payload = frame(Frame::text) + with_length(body.node) + body.text}};
            } else if constexpr (std::is_same_v<Body, ProgressState>) {
                return {{.is_binary = false, .may_drop = false, .payload = progress_state(body, event.prompt_id)}};
            } else {
                WireMessage message{
                    .is_binary = false, .may_drop = false, .payload = closed(text_message(body, event))};
                if constexpr (std::is_same_v<Body, Progress>) {
                    if (body.preview) return with_picture(std::move(message), *body.preview, event, features);
                }
                return {std::move(message)};
            }
        },
        event.body);
}

std::string status_message(std::size_t queue_remaining, const std::optional<std::string>& sid) {
    ObjectText info, status, data;
    info.integer("queue_remaining", static_cast<std::int64_t>(queue_remaining));
    data.object("status", status.object("exec_info", info));
    if (sid) data.text("sid", *sid);
    return closed({"status", std::move(data)});
}

}  // namespace easel::web
