#include "web-api/file_content.hpp"

#include "web-api/http.hpp"
#include "web-api/identifiers.hpp"

#include <fstream>
#include <sstream>
#include <system_error>

namespace easel::web {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw HttpError(404, "cannot read " + path.filename().string());
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

void replace_file(const std::filesystem::path& path, std::string_view content) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    const std::filesystem::path temporary = path.parent_path() / ("." + new_uuid() + ".part");
    {
        std::ofstream file(temporary, std::ios::binary);
        file.write(content.data(), static_cast<std::streamsize>(content.size()));
        if (!file.flush()) error = std::make_error_code(std::errc::io_error);
    }
    if (!error) std::filesystem::rename(temporary, path, error);
    if (!error) return;
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw HttpError(400, "cannot write the file " + path.filename().string() + ": " + error.message());
}

}  // namespace easel::web
