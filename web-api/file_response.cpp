#include "web-api/file_response.hpp"

#include "web-api/media_types.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <sys/stat.h>

namespace easel::web {
namespace {

struct FileFacts {
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t modified_seconds() const { return modified_ns / 1'000'000'000; }
    std::string etag() const {
        char text[48];
        std::snprintf(text, sizeof text, "\"%llx-%llx\"", static_cast<unsigned long long>(modified_ns),
                      static_cast<unsigned long long>(size));
        return text;
    }
};

std::optional<FileFacts> facts(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    return FileFacts{static_cast<std::uint64_t>(status.st_size),
                     status.st_mtim.tv_sec * std::int64_t(1'000'000'000) + status.st_mtim.tv_nsec};
}

std::string http_date(std::int64_t seconds) {
    const std::time_t when = seconds;
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
    std::tm parts{};
    if (!::strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S", &parts)) return {};
    return ::timegm(&parts);
}

// Whether a list such as `"a", W/"b"` or `*` names the tag.
bool names_tag(std::string_view list, const std::string& tag) {
    return list == "*" || list.find(tag) != std::string_view::npos;
}

// The status that ends the request early, by RFC 9110's order of conditions; 0 to go on.
int failed_condition(const Request& request, const FileFacts& file) {
    const auto match = request.header("if-match"), none_match = request.header("if-none-match");
    if (match && !names_tag(*match, file.etag())) return 412;
    if (const auto since = request.header("if-unmodified-since"); since && !match)
        if (const auto when = parse_http_date(*since); when && file.modified_seconds() > *when) return 412;
    if (none_match) return names_tag(*none_match, file.etag()) ? 304 : 0;
    if (const auto since = request.header("if-modified-since"))
        if (const auto when = parse_http_date(*since); when && file.modified_seconds() <= *when) return 304;
    return 0;
}

struct ByteRange {
    std::uint64_t first = 0, length = 0;
};
enum class RangeVerdict { whole, part, unsatisfiable };

std::optional<std::uint64_t> parse_number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return {};
    return value;
}

// One range of the form bytes=a-b, a- or -n; several at once are refused, as in the reference.
RangeVerdict parse_range(std::string_view text, std::uint64_t size, ByteRange& range) {
    constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit)) return RangeVerdict::unsatisfiable;
    text.remove_prefix(unit.size());
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return RangeVerdict::unsatisfiable;
    const auto first = parse_number(text.substr(0, dash)), last = parse_number(text.substr(dash + 1));
    if ((dash > 0 && !first) || (dash + 1 < text.size() && !last) || (!first && !last))
        return RangeVerdict::unsatisfiable;
    if (!first) {
        range.length = std::min(*last, size);
        range.first = size - range.length;
        return range.length > 0 ? RangeVerdict::part : RangeVerdict::unsatisfiable;
    }
    if (*first >= size || (last && *last < *first)) return RangeVerdict::unsatisfiable;
    range.first = *first;
    range.length = (last ? std::min(*last, size - 1) : size - 1) - *first + 1;
    return RangeVerdict::part;
}

RangeVerdict wanted_range(const Request& request, const FileFacts& file, ByteRange& range) {
    const auto header = request.header("range");
    if (!header) return RangeVerdict::whole;
    if (const auto condition = request.header("if-range")) {
        const auto when = parse_http_date(*condition);
        const bool is_current = when ? file.modified_seconds() <= *when : *condition == file.etag();
        if (!is_current) return RangeVerdict::whole;
    }
    return parse_range(*header, file.size, range);
}

}  // namespace

Response file_response(const Request& request, const std::filesystem::path& path, const std::string& content_type) {
    const auto file = facts(path);
    if (!file) return not_found();
    Response response = Response::empty(failed_condition(request, *file));
    response.with("ETag", file->etag()).with("Last-Modified", http_date(file->modified_seconds()));
    if (response.status != 0) return response;

    ByteRange range{0, file->size};
    const RangeVerdict verdict = wanted_range(request, *file, range);
    response.with("Accept-Ranges", "bytes");
    if (verdict == RangeVerdict::unsatisfiable) {
        response.status = 416;
        response.with("Content-Range", "bytes */" + std::to_string(file->size));
        return response;
    }
    response.status = verdict == RangeVerdict::part ? 206 : 200;
    if (verdict == RangeVerdict::part)
        response.with("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                           std::to_string(range.first + range.length - 1) + "/" +
                                           std::to_string(file->size));
    response.with("Content-Type", content_type);
    response.body = FileBody{path, range.first, range.length};
    return response;
}

Response file_response(const Request& request, const std::filesystem::path& path) {
    return file_response(request, path,
                         guess_content_type(path.filename().string()).value_or("application/octet-stream"));
}

}  // namespace easel::web
