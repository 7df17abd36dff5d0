#include "web-api/multipart.hpp"

#include <algorithm>
#include <cctype>

namespace easel::web {
namespace {

constexpr std::string_view line_end = "\r\n";

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// The value of `name` among `; name=value; name="quoted \" value"`.
std::optional<std::string> header_parameter(std::string_view header, std::string_view name) {
    std::size_t at = header.find(';');
    while (at != std::string_view::npos) {
        const std::size_t begin = at + 1, equals = header.find('=', begin);
        if (equals == std::string_view::npos) return {};
        const std::string key = lower(trim(header.substr(begin, equals - begin)));
        std::string value;
        std::size_t i = equals + 1;
        if (i < header.size() && header[i] == '"') {
            for (++i; i < header.size() && header[i] != '"'; ++i) {
                if (header[i] == '\\' && i + 1 < header.size()) ++i;
                value += header[i];
            }
            at = header.find(';', i);
        } else {
            at = header.find(';', i);
            value = trim(header.substr(i, at == std::string_view::npos ? at : at - i));
        }
        if (key == name) return value;
    }
    return {};
}

// `filename*=UTF-8''name%20x` comes before `filename="name x"` (RFC 5987).
std::optional<std::string> file_name(std::string_view disposition) {
    if (const auto extended = header_parameter(disposition, "filename*")) {
        const std::size_t quote = extended->rfind('\'');
        return percent_decode(std::string_view(*extended).substr(quote == std::string::npos ? 0 : quote + 1));
    }
    return header_parameter(disposition, "filename");
}

[[noreturn]] void refuse() { throw HttpError(400, "the form of the request is malformed or cut off"); }

// One part: header lines, an empty line, the content.
FormPart parse_part(std::string_view text) {
    FormPart part;
    while (true) {
        const std::size_t end = text.find(line_end);
        if (end == std::string_view::npos) refuse();
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + line_end.size());
        if (line.empty()) break;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) refuse();
        if (lower(trim(line.substr(0, colon))) != "content-disposition") continue;
        part.name = header_parameter(line, "name").value_or("");
        part.file_name = file_name(line);
    }
    part.content = text;
    return part;
}

}  // namespace

Form::Form(const Request& request) {
    const std::string_view type = request.header("content-type").value_or("");
    if (!lower(type).starts_with("multipart/form-data")) return;
    const auto boundary = header_parameter(type, "boundary");
    if (!boundary || boundary->empty()) refuse();
    const std::string first_mark = "--" + *boundary, mark = "\r\n" + first_mark;
    std::string_view rest = request.body;
    const std::size_t start = rest.find(first_mark);
    if (start == std::string_view::npos) refuse();
    rest.remove_prefix(start + first_mark.size());
    while (!rest.starts_with("--")) {
        if (!rest.starts_with(line_end)) refuse();
        rest.remove_prefix(line_end.size());
        const std::size_t end = rest.find(mark);
        if (end == std::string_view::npos) refuse();
        parts_.push_back(parse_part(rest.substr(0, end)));
        rest.remove_prefix(end + mark.size());
    }
}

const FormPart* Form::find(std::string_view name) const {
    const auto found =
        std::find_if(parts_.begin(), parts_.end(), [&](const FormPart& part) { return part.name == name; });
    return found == parts_.end() ? nullptr : &*found;
}

std::optional<std::string> Form::text(std::string_view name) const {
    const FormPart* part = find(name);
    if (!part || part->file_name) return {};
    return std::string(part->content);
}

}  // namespace easel::web
