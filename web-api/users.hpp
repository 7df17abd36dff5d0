// Who a request speaks for, and where that user's files are: <user folder>/<user id>/.
#pragma once

#include "base/folders.hpp"
#include "web-api/http.hpp"

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace easel::web {

// No such user, or an id that is not for clients.
class UnknownUser : public HttpError {
public:
    UnknownUser() : HttpError(401, "unknown user") {}
};

// With one user everything belongs to "default"; with several, the header `comfy-user` names the user by id, and the
// ids are kept in users.json. Thread-safe.
class Users {
public:
    Users(OwnFolder root, bool has_several);

    bool has_several() const { return has_several_; }
    // {id: name}
    Json names() const;
    // The id of a new user of that name. Throws HttpError 400 for a name that is taken, empty or reserved.
    std::string add(const std::string& name);

    // The folder of the request's user, without a trailing slash; need not exist. Throws UnknownUser.
    OwnFolder folder(const Request& request) const;
    // A file of that user. Names may be percent-encoded once more than the path they came in. Nothing when it would
    // leave the folder. Throws UnknownUser.
    std::optional<std::filesystem::path> file(const Request& request, std::string_view name) const;

private:
    const OwnFolder root_;
    const bool has_several_;
    mutable std::mutex mutex_;
    Json names_ = Json::object();
};

}  // namespace easel::web
