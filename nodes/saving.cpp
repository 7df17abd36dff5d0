#include "nodes/saving.hpp"

#include "base/error.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <system_error>

namespace easel::nodes {

namespace fs = std::filesystem;

namespace {

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string with_variables(std::string prefix, std::int64_t width, std::int64_t height) {
    if (prefix.find('%') == std::string::npos) return prefix;
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    boost::algorithm::replace_all(prefix, "%width%", std::to_string(width));
    boost::algorithm::replace_all(prefix, "%height%", std::to_string(height));
    boost::algorithm::replace_all(prefix, "%year%", std::to_string(local.tm_year + 1900));
    boost::algorithm::replace_all(prefix, "%month%", two_digits(local.tm_mon + 1));
    boost::algorithm::replace_all(prefix, "%day%", two_digits(local.tm_mday));
    boost::algorithm::replace_all(prefix, "%hour%", two_digits(local.tm_hour));
    boost::algorithm::replace_all(prefix, "%minute%", two_digits(local.tm_min));
    boost::algorithm::replace_all(prefix, "%second%", two_digits(local.tm_sec));
    return prefix;
}

// "a/./b/" -> "a/b", "" -> ".".
std::string normal_path(const std::string& path) {
    std::string normal = fs::path(path).lexically_normal().string();
    while (normal.size() > 1 && normal.ends_with('/'))
        normal.pop_back();
    return normal.empty() ? "." : normal;
}

void require_inside(const OwnFolder& directory, const fs::path& folder) {
    if (Folders::inside(directory, folder.string())) return;
    throw NamedError("Exception", "**** ERROR: Saving image outside the output folder is not allowed."
                                  "\n full_output_folder: " +
                                      fs::absolute(folder).lexically_normal().string() +
                                      "\n         output_dir: " + directory.string());
}

// The counter in "<prefix>_<digits>[_.]...", 0 when there are no digits, -1 when the name has another prefix.
std::int64_t counter_in(const std::string& name, const std::string& stem) {
    if (name.size() <= stem.size() || !name.starts_with(stem) || name[stem.size()] != '_') return -1;
    const std::size_t begin = stem.size() + 1;
    const std::size_t end = std::min(name.find_first_of("._", begin), name.size());
    std::int64_t counter = 0;
    const auto [stop, error] = std::from_chars(name.data() + begin, name.data() + end, counter);
    return error == std::errc() && stop == name.data() + end && counter >= 0 ? counter : 0;
}

// Writes what is to become `file` at `path`; nothing is left there when that fails.
void write_file(const fs::path& file, const fs::path& path, std::span<const std::uint8_t> bytes) {
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    out.close();
    if (out) return;
    std::error_code ignored;
    fs::remove(path, ignored);
    throw NamedError("OSError", "cannot write " + file.string() + " (is the disk full, the folder read-only?)");
}

}  // namespace

SaveSlot::SaveSlot(const Place& place) {
    const fs::path normal = normal_path(place.prefix);
    subfolder_ = normal.parent_path().string();
    stem_ = normal.filename().string();
    folder_ = subfolder_.empty() ? fs::path(place.directory) : place.directory / subfolder_;
    if (!subfolder_.empty()) require_inside(place.directory, folder_);
    fs::create_directories(folder_);
}

SaveSlot::SaveSlot(const OwnFolder& directory, std::string_view prefix, std::int64_t counter, std::int64_t width,
                   std::int64_t height)
    : SaveSlot(Place{directory, with_variables(std::string(prefix), width, height)}) {
    counter_ = counter;
}

SaveSlot::SaveSlot(const OwnFolder& directory, std::string_view prefix, std::int64_t width, std::int64_t height)
    : SaveSlot(Place{directory, with_variables(std::string(prefix), width, height)}) {
    const std::string expanded = with_variables(std::string(prefix), width, height);
    // A prefix that ends in a slash never finds its own files in the reference either: it counts from 1.
    if (fs::path(expanded).filename() != stem_) return;
    std::int64_t highest = 0;
    for (const auto& entry : fs::directory_iterator(folder_))
        highest = std::max(highest, counter_in(entry.path().filename().string(), stem_));
    counter_ = highest + 1;
}

std::string SaveSlot::next_name(std::int64_t batch_number, std::string_view ending) {
    std::string name = stem_;
    boost::algorithm::replace_all(name, "%batch_num%", std::to_string(batch_number));
    std::string digits = std::to_string(counter_++);
    if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
    return name + "_" + digits + std::string(ending);
}

Json SaveSlot::save(std::span<const std::uint8_t> bytes, std::int64_t batch_number, std::string_view ending,
                    std::string_view type) {
    const std::string name = next_name(batch_number, ending);
    // Nobody knows a preview's name before it is there, so it may grow under it.
    if (type == "temp")
        write_file(folder_ / name, folder_ / name, bytes);
    else
        write_whole_file(folder_ / name, bytes);
    return {{"filename", name}, {"subfolder", subfolder_}, {"type", type}};
}

void write_whole_file(const fs::path& file, std::span<const std::uint8_t> bytes) {
    const fs::path partial = file.parent_path() / ("." + file.filename().string() + "." + std::to_string(getpid()));
    write_file(file, partial, bytes);
    fs::rename(partial, file);
}

}  // namespace easel::nodes
