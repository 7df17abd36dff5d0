#include "base/python_json.hpp"

#include "base/json_text.hpp"
#include "base/python_repr.hpp"

#include <cmath>

namespace easel {
namespace {

class Writer {
public:
    explicit Writer(PythonJsonStyle style) : style_(style) {}

    void write(const Json& value, int level) {
        switch (value.type()) {
        case Json::value_t::object:
            return write_object(value, level);
        case Json::value_t::array:
            return write_array(value, level);
        case Json::value_t::number_float:
            return write_float(value.get<double>());
        case Json::value_t::string:
            return write_text(value.get_ref<const std::string&>());
        default:
            text_ += value.dump();
            return;
        }
    }
    std::string take() { return std::move(text_); }

private:
    void write_text(const std::string& text) {
        if (is_plain_text(text))
            text_.append(1, '"').append(text).append(1, '"');
        else
            text_ += Json(text).dump(-1, ' ', style_.ascii, Json::error_handler_t::replace);
    }

    void write_float(double number) {
        if (std::isnan(number))
            text_ += "NaN";
        else if (std::isinf(number))
            text_ += number > 0 ? "Infinity" : "-Infinity";
        else
            text_ += python_float(number);
    }

    void write_object(const Json& object, int level) {
        text_ += '{';
        bool first = true;
        for (const auto& [key, value] : object.items()) {
            separate(first, level + 1);
            write_text(key);
            text_ += ": ";
            write(value, level + 1);
        }
        close(first, level, '}');
    }

    void write_array(const Json& array, int level) {
        text_ += '[';
        bool first = true;
        for (const Json& value : array) {
            separate(first, level + 1);
            write(value, level + 1);
        }
        close(first, level, ']');
    }

    void separate(bool& first, int level) {
        if (!first) text_ += style_.indent > 0 ? "," : ", ";
        first = false;
        break_line(level);
    }

    void close(bool empty, int level, char bracket) {
        if (!empty) break_line(level);
        text_ += bracket;
    }

    void break_line(int level) {
        if (style_.indent == 0) return;
        text_ += '\n';
        text_.append(static_cast<std::size_t>(style_.indent * level), ' ');
    }

    PythonJsonStyle style_;
    std::string text_;
};

}  // namespace

std::string python_json(const Json& value, PythonJsonStyle style) {
    Writer writer(style);
    writer.write(value, 0);
    return writer.take();
}

}  // namespace easel
