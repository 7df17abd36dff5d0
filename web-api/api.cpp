#include "web-api/api.hpp"

#include "web-api/routes.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace easel::web {

void add_routes(Router& router, const Api& api) {
    auto users = std::make_shared<Users>(api.folders.user_directory(), api.options.multi_user);
    add_prompt_routes(router, api);
    add_queue_routes(router, api);
    add_history_routes(router, api);
    add_interrupt_routes(router, api);
    add_jobs_routes(router, api);
    add_object_info_routes(router, api);
    add_view_routes(router, api);
    add_upload_routes(router, api);
    add_models_routes(router, api);
    add_model_preview_routes(router, api);
    add_system_routes(router, api);
    add_settings_routes(router, users);
    add_userdata_routes(router, users);
    add_userdata_list_routes(router, users);
    add_users_routes(router, users);
    add_internal_routes(router, api);
    add_extensions_routes(router, api);
    add_subgraphs_routes(router, api);
    add_package_files_routes(router, api);
    add_assets_routes(router);
}

bool is_true(const Json& value) {
    switch (value.type()) {
    case Json::value_t::null:
        return false;
    case Json::value_t::boolean:
        return value.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
        return value.get<double>() != 0;
    case Json::value_t::string:
        return !value.get_ref<const std::string&>().empty();
    default:
        return !value.empty();
    }
}

bool has_true(const Json& object, std::string_view member) {
    if (!object.is_object()) return false;
    const auto found = object.find(member);
    return found != object.end() && is_true(*found);
}

std::optional<int> parse_integer(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    if (text.front() == '+') text.remove_prefix(1);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_large = error == std::errc::result_out_of_range;
    if (is_large && end == text.data() + text.size())
        return text.front() == '-' ? std::numeric_limits<int>::min() : std::numeric_limits<int>::max();
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

Json plain_number(double number) {
    if (std::trunc(number) == number && std::abs(number) < 9e15) return static_cast<std::int64_t>(number);
    return number;
}

Json parse_object(const Request& request) {
    Json json = parse_json(request.body);
    if (!json.is_object()) throw HttpError(400, "the body of the request is not a JSON object");
    return json;
}

Json parse_members(const Request& request) {
    const Json json = parse_json(request.body);
    if (json.is_array() || json.is_string()) return Json::object();
    if (!json.is_object()) throw HttpError(400, "the body of the request is not a JSON object");
    return json;
}

}  // namespace easel::web
