#include "web-api/userdata_info.hpp"

#include <algorithm>
#include <cctype>
#include <sys/stat.h>

namespace easel::web {
namespace {

struct stat status_of(const std::filesystem::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status;
}

double seconds(const timespec& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
std::int64_t milliseconds(const timespec& time) { return time.tv_sec * std::int64_t(1000) + time.tv_nsec / 1'000'000; }

}  // namespace

Json file_info(const std::filesystem::path& path, const std::filesystem::path& folder) {
    const struct stat status = status_of(path);
    return {{"path", path.lexically_relative(folder).generic_string()},
            {"size", static_cast<std::int64_t>(status.st_size)},
            {"modified", milliseconds(status.st_mtim)},
            {"created", milliseconds(status.st_ctim)}};
}

double modified_seconds(const std::filesystem::path& path) { return seconds(status_of(path).st_mtim); }
double created_seconds(const std::filesystem::path& path) { return seconds(status_of(path).st_ctim); }

bool asks_for(const Request& request, std::string_view parameter) {
    std::string value(request.parameter(parameter).value_or(""));
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
    return value == "true";
}

}  // namespace easel::web
