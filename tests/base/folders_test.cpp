#include "base/folders.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace easel {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A base folder of its own for every test, gone afterwards.
class FoldersTest : public testing::Test {
protected:
    FoldersTest() {
        std::string pattern = (fs::temp_directory_path() / "easel-folders-XXXXXX").string();
        base = mkdtemp(pattern.data());
    }
    ~FoldersTest() override { fs::remove_all(base); }

    void write(const std::string& name, const std::string& text = "x") const {
        fs::create_directories((base / name).parent_path());
        std::ofstream(base / name) << text;
    }

    fs::path base;
};

TEST_F(FoldersTest, ListsModelFilesBelowTheirFolderByCodePoint) {
    write("models/loras/b.safetensors");
    write("models/loras/B.SAFETENSORS");
    write("models/loras/deep/er/a.pt");
    write("models/loras/notes.txt");
    write("models/loras/.git/x.pt");
    const Folders folders({.base = base});
    EXPECT_THAT(folders.files("loras"), ElementsAre("B.SAFETENSORS", "b.safetensors", "deep/er/a.pt"));
}

TEST_F(FoldersTest, SeesFilesThatCameAfterTheFirstListing) {
    write("models/loras/a.pt");
    const Folders folders({.base = base});
    const auto version = folders.listing_version();
    EXPECT_EQ(folders.files("loras").size(), 1);
    write("models/loras/b.pt");
    EXPECT_THAT(folders.files("loras"), ElementsAre("a.pt", "b.pt"));
    EXPECT_NE(folders.listing_version(), version);
}

TEST_F(FoldersTest, SeesAFolderThatIsMadeLater) {
    const Folders folders({.base = base});
    EXPECT_TRUE(folders.files("vae").empty());
    write("models/vae/a.pt");
    EXPECT_THAT(folders.files("vae"), ElementsAre("a.pt"));
}

TEST_F(FoldersTest, FollowsLinksButNotInCircles) {
    write("elsewhere/m.pt");
    fs::create_directories(base / "models/loras");
    fs::create_directory_symlink(base / "elsewhere", base / "models/loras/there");
    fs::create_directory_symlink(base / "models/loras", base / "models/loras/again");
    const Folders folders({.base = base});
    EXPECT_THAT(folders.files("loras"), ElementsAre("there/m.pt"));
}

TEST_F(FoldersTest, UnderstandsTheReferencesOldNames) {
    write("models/unet/u.pt");
    write("models/clip/c.pt");
    const Folders folders({.base = base});
    EXPECT_THAT(folders.files("unet"), ElementsAre("u.pt"));
    EXPECT_THAT(folders.files("diffusion_models"), ElementsAre("u.pt"));
    EXPECT_THAT(folders.files("text_encoders"), ElementsAre("c.pt"));
}

TEST_F(FoldersTest, KeepsTheReferencesOrderOfKinds) {
    const Folders folders({.base = base});
    ASSERT_EQ(folders.model_kinds().size(), 27u);
    EXPECT_EQ(folders.model_kinds()[0], "checkpoints");
    EXPECT_EQ(folders.model_kinds()[5], "diffusion_models");
    EXPECT_EQ(folders.model_kinds()[15], "custom_nodes");
    EXPECT_EQ(folders.model_kinds().back(), "detection");
}

TEST_F(FoldersTest, TakesTheDotsOutOfNames) {
    write("secret.pt");
    write("models/loras/a.pt");
    const Folders folders({.base = base});
    EXPECT_FALSE(folders.find("loras", "../../secret.pt"));
    EXPECT_EQ(folders.find("loras", "sub/../a.pt"), base / "models/loras/a.pt");
    EXPECT_FALSE(folders.find("loras", std::string("a.pt\0", 5)));
}

TEST_F(FoldersTest, NamesTheFolderAndTheNearestFileWhenOneIsMissing) {
    write("models/checkpoints/sd15-pruned.safetensors");
    const Folders folders({.base = base});
    try {
        folders.require("checkpoints", "sd15-prunet.safetensors");
        FAIL() << "it is not there";
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr((base / "models/checkpoints").string()));
        EXPECT_THAT(error.what(), HasSubstr("nearest names are sd15-pruned.safetensors"));
    }
}

TEST_F(FoldersTest, StaysInsideEvenThroughLinks) {
    write("outside/f.txt");
    write("input/f.txt");
    fs::create_directory_symlink(base / "outside", base / "input/link");
    fs::create_symlink(base / "outside/new.txt", base / "input/dangling.txt");
    EXPECT_EQ(Folders::inside(base / "input", "f.txt"), base / "input/f.txt");
    EXPECT_EQ(Folders::inside(base / "input", "new/g.txt"), base / "input/new/g.txt");
    EXPECT_FALSE(Folders::inside(base / "input", "../outside/f.txt"));
    EXPECT_FALSE(Folders::inside(base / "input", (base / "outside/f.txt").string()));
    EXPECT_FALSE(Folders::inside(base / "input", "link/f.txt"));
    EXPECT_FALSE(Folders::inside(base / "input", "dangling.txt"));
    EXPECT_FALSE(Folders::inside(base / "input2", "../input/f.txt"));
}

TEST_F(FoldersTest, RefusesLinksToNothingOnTheWay) {
    write("input/f.txt");
    fs::create_symlink(base / "outside", base / "input/link");
    EXPECT_FALSE(Folders::inside(base / "input", "link/new.txt"));
    EXPECT_FALSE(Folders::inside(base / "input", "link"));
}

TEST_F(FoldersTest, FollowsLinksThatStayInside) {
    write("input/real/f.txt");
    fs::create_directory_symlink("real", base / "input/link");
    EXPECT_EQ(Folders::inside(base / "input", "link/f.txt"), base / "input/link/f.txt");
    EXPECT_EQ(Folders::inside(base / "input", "link/"), base / "input/link");
}

TEST_F(FoldersTest, FollowsLinksOutWhereThatIsAllowed) {
    write("outside/f.txt");
    write("input/g.txt");
    fs::create_directory_symlink(base / "outside", base / "input/link");
    const Folders folders({.base = base, .allow_outside_links = true});
    EXPECT_EQ(Folders::inside(folders.directory("input"), "link/f.txt"), base / "input/link/f.txt");
    EXPECT_FALSE(Folders::inside(folders.directory("input"), "../outside/f.txt"));
    EXPECT_FALSE(Folders({.base = base}).directory("input").may_lead_out);
}

TEST_F(FoldersTest, AddsTheFoldersOfAnExtraModelPathsFile) {
    write("extra.yaml", "shop:\n  base_path: store\n  checkpoints: |\n    one\n    two/\n  my_kind: mine\n"
                        "first:\n  is_default: true\n  loras: /absolute/loras\nempty:\n");
    write("store/two/c.safetensors");
    write("store/mine/anything.xyz");
    Folders folders({.base = base});
    folders.load_extra_paths(base / "extra.yaml");
    EXPECT_EQ(folders.model_folder("checkpoints")->paths[1], base / "store/one");
    EXPECT_THAT(folders.files("checkpoints"), ElementsAre("c.safetensors"));
    EXPECT_THAT(folders.files("my_kind"), ElementsAre("anything.xyz"));
    EXPECT_EQ(folders.model_folder("loras")->paths.front(), "/absolute/loras");
}

TEST_F(FoldersTest, SaysWhereAnExtraModelPathsFileIsWrong) {
    write("extra.yaml", "shop:\n  checkpoints: [a, b]\n");
    Folders folders({.base = base});
    try {
        folders.load_extra_paths(base / "extra.yaml");
        FAIL() << "a list is not a path";
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("extra.yaml, line 2: checkpoints must be a path"));
    }
    EXPECT_THROW(folders.load_extra_paths(base / "none.yaml"), UserError);
}

}  // namespace
}  // namespace easel
