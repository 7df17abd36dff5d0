#include "base/error.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace easel::nodes {
namespace {

// A curve as {"points": [[x, y], ...], "interpolation"}, sorted by x. A bare list of points is a smooth curve.
Json normal_curve(const Json& curve) {
    const Json& points = curve.is_object() && curve.contains("points") ? curve["points"] : curve;
    const std::string interpolation =
        curve.is_object() ? curve.value("interpolation", "monotone_cubic") : "monotone_cubic";
    std::vector<std::pair<double, double>> sorted;
    for (const Json& point : points) {
        if (!point.is_array() || point.size() != 2 || !point[0].is_number() || !point[1].is_number())
            throw UserError("a curve's points must be pairs of numbers, not " + point.dump());
        sorted.emplace_back(point[0].get<double>(), point[1].get<double>());
    }
    std::ranges::stable_sort(sorted, {}, &std::pair<double, double>::first);
    Json normal = {{"points", sorted}, {"interpolation", interpolation == "linear" ? "linear" : "monotone_cubic"}};
    return normal;
}

struct CurveEditor {
    Json curve;
    std::optional<Json> histogram;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_curve";
        s.category = "utilities";
        s.display_name = "Curve Editor";
        s.has_intermediate_output = true;
        s.in("curve", &CurveEditor::curve)
            .type("CURVE")
            .default_value(
                Json::parse(R"json({"points": [[0.0, 0.0], [1.0, 1.0]], "interpolation": "monotone_cubic"})json"))
            .option("socketless", true);
        s.in("histogram", &CurveEditor::histogram).type("HISTOGRAM");
        s.out("curve").type = "CURVE";
    }

    Returns<Json> execute() const {
        const Json normal = normal_curve(curve);
        if (!histogram) return {normal};
        return {Ui{{{"histogram", *histogram}}}, normal};
    }
};

}  // namespace

void register_curve_editor(Registry& registry) { registry.add<CurveEditor>("CurveEditor"); }

}  // namespace easel::nodes
