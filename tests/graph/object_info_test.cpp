#include "graph/object_info.hpp"

#include "tests/support/graph/pictures.hpp"
#include "tests/support/graph/recorder.hpp"

namespace easel::graph::testing {

TEST(ObjectInfo, EqualsTheReferencesRecords) {
    Registry registry;
    register_pictures(registry);
    const Services services;
    const Json reference = recorded("object_info.json");
    const Json ours = object_info(registry, services);
    for (const auto& [id, record] : reference.items())
        EXPECT_EQ(Json::diff(record, ours.value(id, Json())), Json::array()) << id;
    EXPECT_EQ(ours.size(), reference.size());
}

TEST(ObjectInfo, NamesHiddenInputsOfModernOutputNodes) {
    struct Save {
        std::string name;
        static void declare(Schema& s) {
            s.shape = RecordShape::modern;
            s.output_node = true;
            s.in("name", &Save::name);
        }
        Returns<> execute() const { return Ui{}; }
    };
    Registry registry;
    registry.add<Save>("Save");
    const Json record = object_info(*registry.find("Save"), {});
    EXPECT_EQ(record["input"]["hidden"].dump(), R"({"prompt":["PROMPT"],"extra_pnginfo":["EXTRA_PNGINFO"]})");
    EXPECT_EQ(record["display_name"], nullptr);
}

TEST(ObjectInfo, AsksForChoicesEachTime) {
    static int asked = 0;
    struct Pick {
        std::string name;
        static void declare(Schema& s) {
            s.in("name", &Pick::name).choices([](const Services&) { return Json::array({++asked}); });
        }
        std::string execute() const { return name; }
    };
    Registry registry;
    registry.add<Pick>("Pick");
    object_info(*registry.find("Pick"), {});
    EXPECT_EQ(object_info(*registry.find("Pick"), {})["input"]["required"]["name"].dump(), "[[2]]");
}

TEST(Registry, RefusesTheSameIdTwice) {
    Registry registry;
    register_pictures(registry);
    EXPECT_THROW(register_pictures(registry), Error);
}

}  // namespace easel::graph::testing
