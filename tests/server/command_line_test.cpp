#include "server/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace easel::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CommandLine parse(std::vector<std::string> arguments) { return parse_command_line(arguments); }

std::string mistake(std::vector<std::string> arguments) {
    const CommandLine line = parse(std::move(arguments));
    const auto* print = std::get_if<Print>(&line.command);
    return print && print->status == 2 ? print->text : "accepted";
}

TEST(CommandLine, ServesOnTheReferencesPortWithoutArguments) {
    const CommandLine line = parse({});
    EXPECT_TRUE(std::holds_alternative<ServeCommand>(line.command));
    EXPECT_EQ(line.options.network.port, 8188);
    EXPECT_THAT(line.options.network.listen, ElementsAre("127.0.0.1"));
    EXPECT_FALSE(line.options.network.cors_origin);
}

TEST(CommandLine, TakesFlagsBeforeAndAfterTheCommand) {
    EXPECT_EQ(parse({"--port", "9000", "serve"}).options.network.port, 9000);
    EXPECT_EQ(parse({"serve", "--port", "9000"}).options.network.port, 9000);
}

TEST(CommandLine, ListensEverywhereWhenNoAddressIsGiven) {
    EXPECT_THAT(parse({"--listen", "--port", "1"}).options.network.listen, ElementsAre("0.0.0.0", "::"));
    EXPECT_THAT(parse({"--listen", "10.0.0.1,::1"}).options.network.listen, ElementsAre("10.0.0.1", "::1"));
    EXPECT_THAT(parse({"--listen"}).options.network.listen, ElementsAre("0.0.0.0", "::"));
}

TEST(CommandLine, AllowsEveryOriginWhenNoneIsNamed) {
    EXPECT_EQ(parse({"--enable-cors-header"}).options.network.cors_origin, "*");
    EXPECT_EQ(parse({"--enable-cors-header", "*", "--port", "1"}).options.network.cors_origin, "*");
    EXPECT_EQ(parse({"--enable-cors-header", "http://a.example"}).options.network.cors_origin, "http://a.example");
}

TEST(CommandLine, KnowsTheCacheModes) {
    EXPECT_EQ(parse({}).options.cache.mode, CacheMode::ram_pressure);
    EXPECT_EQ(parse({"--cache-classic"}).options.cache.mode, CacheMode::classic);
    EXPECT_EQ(parse({"--cache-none"}).options.cache.mode, CacheMode::none);
    const CommandLine lru = parse({"--cache-lru", "100"});
    EXPECT_EQ(lru.options.cache.mode, CacheMode::lru);
    EXPECT_EQ(lru.options.cache.lru_entries, 100u);
    EXPECT_EQ(parse({"--cache-ram", "3.5"}).options.cache.ram_headroom_gb, 3.5);
}

TEST(CommandLine, KnowsThePrecisionOfEveryPart) {
    const Options options = parse({"--force-fp32", "--fp32-unet", "--bf16-vae", "--fp16-text-enc"}).options;
    EXPECT_TRUE(options.precision.force_fp32);
    EXPECT_EQ(options.precision.unet, Precision::fp32);
    EXPECT_EQ(options.precision.vae, Precision::bf16);
    EXPECT_EQ(options.precision.text, Precision::fp16);
}

TEST(CommandLine, RemembersWhetherTheUploadLimitWasGiven) {
    EXPECT_FALSE(parse({}).options.network.max_upload_size_given);
    EXPECT_TRUE(parse({"--max-upload-size", "1"}).options.network.max_upload_size_given);
}

TEST(CommandLine, AcceptsFlagsOfTheReferenceThatNeedNothing) {
    EXPECT_TRUE(std::holds_alternative<ServeCommand>(parse({"--cpu", "--disable-auto-launch", "--lowvram"}).command));
}

TEST(CommandLine, SuggestsTheNearestFlag) {
    EXPECT_THAT(mistake({"--prot", "8000"}), HasSubstr("there is no flag --prot; did you mean --port"));
    EXPECT_THAT(mistake({"serve", "--outptu-directory", "x"}), HasSubstr("--output-directory"));
    EXPECT_THAT(mistake({"sevre"}), HasSubstr("there is no command sevre; did you mean serve"));
    EXPECT_THAT(mistake({"--port", "much"}), HasSubstr("--port"));
    EXPECT_THAT(mistake({"--preview-method", "vague"}), HasSubstr("--preview-method"));
}

TEST(CommandLine, ReadsWhatARunChanges) {
    const CommandLine line = parse({"run", "w.json", "--set", "3.steps=12", "--set", "KSampler.0.cfg=a=b", "--seed",
                                    "18446744073709551615", "--prompt", "a red circle", "--output", "/tmp/x"});
    const auto& run = std::get<RunCommand>(line.command);
    EXPECT_EQ(run.workflow, "w.json");
    ASSERT_EQ(run.assignments.size(), 2u);
    EXPECT_EQ(run.assignments[1].node, "KSampler.0");
    EXPECT_EQ(run.assignments[1].input, "cfg");
    EXPECT_EQ(run.assignments[1].value, "a=b");
    EXPECT_EQ(run.slots.at("seed"), "18446744073709551615");
    EXPECT_EQ(run.slots.at("prompt"), "a red circle");
    EXPECT_THAT(mistake({"run", "w.json", "--set", "steps"}), HasSubstr("NODE.INPUT=VALUE"));
    EXPECT_NE(mistake({"run"}), "accepted");
}

TEST(CommandLine, TeachesWithExamples) {
    const CommandLine line = parse({"--help"});
    const auto& help = std::get<Print>(line.command);
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.text, HasSubstr("easel run workflow.json --prompt"));
    EXPECT_THAT(help.text, HasSubstr("--base-directory"));
}

}  // namespace
}  // namespace easel::server
