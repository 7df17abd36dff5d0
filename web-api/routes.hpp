// The areas of the API, one file each; and what several of them need to read a request.
#pragma once

#include "web-api/api.hpp"
#include "web-api/users.hpp"

#include <optional>
#include <string_view>

namespace easel::web {

void add_prompt_routes(Router& router, const Api& api);
void add_queue_routes(Router& router, const Api& api);
void add_history_routes(Router& router, const Api& api);
void add_interrupt_routes(Router& router, const Api& api);
void add_jobs_routes(Router& router, const Api& api);
void add_object_info_routes(Router& router, const Api& api);
void add_view_routes(Router& router, const Api& api);
void add_upload_routes(Router& router, const Api& api);
void add_models_routes(Router& router, const Api& api);
void add_model_preview_routes(Router& router, const Api& api);
void add_system_routes(Router& router, const Api& api);
void add_settings_routes(Router& router, std::shared_ptr<Users> users);
void add_userdata_routes(Router& router, std::shared_ptr<Users> users);
void add_userdata_list_routes(Router& router, std::shared_ptr<Users> users);
void add_users_routes(Router& router, std::shared_ptr<Users> users);
void add_internal_routes(Router& router, const Api& api);
void add_extensions_routes(Router& router, const Api& api);
void add_subgraphs_routes(Router& router, const Api& api);
void add_package_files_routes(Router& router, const Api& api);
void add_assets_routes(Router& router);

// What Python's bool() says of a JSON value.
bool is_true(const Json& value);
// The truth of a member of an object; false when it is absent.
bool has_true(const Json& object, std::string_view member);

// Python's int(): blanks around a decimal number. Beyond the range of int, its end.
std::optional<int> parse_integer(std::string_view text);

// A whole number as an integer, any other as it is.
Json plain_number(double number);

// The body as a JSON object. Throws HttpError 400.
Json parse_object(const Request& request);
// The same, but a list or a text counts as an object without members: Python looks for names in them, and finds none.
Json parse_members(const Request& request);

}  // namespace easel::web
