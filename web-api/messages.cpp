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

// The most frequent of all messages, and the longest.
std::string progress_state(const ProgressState& event, const std::string& prompt_id) {
    ObjectText nodes, data, message;
    for (const NodeProgress& node : event.nodes)
        if (node.state != NodeState::pending) nodes.object(node.node, node_text(node, prompt_id));
    data.text("prompt_id", prompt_id).object("nodes", nodes);
    return message.text("type", "progress_state").object("data", data).closed();
}

// The name and data of a text message. Not for Text, which is binary, nor for ProgressState.
struct TextMessage {
    std::string_view type;
    Json data;
};

TextMessage text_message(const ExecutionStart&, const Event& event) {
    return {"execution_start", {{"prompt_id", event.prompt_id}, {"timestamp", event.timestamp_ms}}};
}

TextMessage text_message(const ExecutionCached& body, const Event& event) {
    return {"execution_cached",
            {{"nodes", body.nodes}, {"prompt_id", event.prompt_id}, {"timestamp", event.timestamp_ms}}};
}

TextMessage text_message(const Executing& body, const Event& event) {
    if (!body.node) return {"executing", {{"node", nullptr}, {"prompt_id", event.prompt_id}}};
    return {"executing", {{"node", *body.node}, {"display_node", body.display_node}, {"prompt_id", event.prompt_id}}};
}

TextMessage text_message(const Executed& body, const Event& event) {
    return {"executed",
            {{"node", body.node},
             {"display_node", body.display_node},
             {"output", body.output},
             {"prompt_id", event.prompt_id}}};
}

TextMessage text_message(const Progress& body, const Event& event) {
    return {"progress",
            {{"value", number(body.value)},
             {"max", number(body.total)},
             {"prompt_id", event.prompt_id},
             {"node", body.node}}};
}

TextMessage text_message(const ExecutionSuccess&, const Event& event) {
    return {"execution_success", {{"prompt_id", event.prompt_id}, {"timestamp", event.timestamp_ms}}};
}

TextMessage text_message(const ExecutionError& body, const Event& event) {
    Json data = {{"prompt_id", event.prompt_id},
                 {"node_id", body.node},
                 {"node_type", body.node_type},
                 {"executed", body.executed},
                 {"exception_message", body.exception_message},
                 {"exception_type", body.exception_type},
                 {"traceback", body.traceback},
                 {"current_inputs", body.current_inputs},
                 {"current_outputs", body.current_outputs}};
    if (!body.live_only) data["timestamp"] = event.timestamp_ms;
    return {"execution_error", std::move(data)};
}

TextMessage text_message(const ExecutionInterrupted& body, const Event& event) {
    return {"execution_interrupted",
            {{"prompt_id", event.prompt_id},
             {"node_id", body.node},
             {"node_type", body.node_type},
             {"executed", body.executed},
             {"timestamp", event.timestamp_ms}}};
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
                TextMessage text = text_message(body, event);
                WireMessage message{.is_binary = false,
                                    .may_drop = false,
                                    .payload = dump({{"type", text.type}, {"data", std::move(text.data)}})};
                if constexpr (std::is_same_v<Body, Progress>) {
                    if (body.preview) return with_picture(std::move(message), *body.preview, event, features);
                }
                return {std::move(message)};
            }
        },
        event.body);
}

std::string status_message(std::size_t queue_remaining, const std::optional<std::string>& sid) {
    Json data = {{"status", {{"exec_info", {{"queue_remaining", queue_remaining}}}}}};
    if (sid) data["sid"] = *sid;
    return dump({{"type", "status"}, {"data", std::move(data)}});
}

}  // namespace easel::web
