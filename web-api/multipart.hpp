// Uploaded forms (multipart/form-data, RFC 7578), read from a body that is in memory already.
#pragma once

#include "web-api/http.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::web {

struct FormPart {
    std::string name;
    std::optional<std::string> file_name;  // given: the part is a file
    std::string_view content;              // points into the request's body
};

class Form {
public:
    // Empty when the request has another content type. Throws HttpError 400 for a body that is cut off or malformed.
    explicit Form(const Request& request);

    // The first part of that name.
    const FormPart* find(std::string_view name) const;
    // The content of a plain field.
    std::optional<std::string> text(std::string_view name) const;

private:
    std::vector<FormPart> parts_;
};

}  // namespace easel::web
