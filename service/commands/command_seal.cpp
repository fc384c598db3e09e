#include "service/commands/command_seal.hpp"

#include "rules/check/unconfirmed.hpp"
#include "rules/compare/pack_diff_text.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/commands/command_check.hpp"
#include "service/commands/command_test.hpp"
#include "service/commands/read_version.hpp"
#include "service/deployment/sealed_pack.hpp"

#include <optional>
#include <sstream>
#include <utility>

namespace service {
namespace {

/// Runs a command, and shows what it says only if it is not content.
template <typename Command>
ExitCode run_quietly(const Command& command, const Streams& streams) {
    std::ostringstream said;
    const ExitCode code = command(Streams{streams.in, said, said});
    if (code != ExitCode::fine) streams.err << said.str();
    return code;
}

ExitCode refuse_what_does_not_hold(const SealOptions& options, const Streams& streams) {
    CheckCommandOptions check;
    check.packs = {options.pack};
    const ExitCode checked = run_quietly([&](const Streams& to) { return run_check(check, to); }, streams);
    if (checked != ExitCode::fine) {
        streams.err << "not sealed: `check` finds errors\n";
        return checked;
    }
    TestCommandOptions test;
    test.pack = options.pack;
    const ExitCode tested = run_quietly([&](const Streams& to) { return run_test(test, to); }, streams);
    if (tested != ExitCode::fine) streams.err << "not sealed: stories do not hold\n";
    return tested;
}

ExitCode refuse_too_small_a_step(const SealOptions& options, const ReadVersion& now, const Streams& streams) {
    if (options.previous.empty()) return ExitCode::fine;
    const auto previous = read_version(options.previous, {}, streams.err);
    if (!previous) return ExitCode::bad_input;
    if (previous->pack.identity.id != now.pack.identity.id) {
        streams.err << "not sealed: --previous is another pack, " << previous->pack.identity.id << '\n';
        return ExitCode::does_not_hold;
    }
    const rules::PackDiff diff = rules::diff_packs(previous->borrowed(), now.borrowed());
    if (diff.holds) return ExitCode::fine;
    streams.err << "not sealed: " << rules::verdict_of(diff) << "\nWhat changes: backpain-cds diff --from "
                << options.previous.string() << " --to " << options.pack.string() << '\n';
    return ExitCode::does_not_hold;
}

SealedPack sealed_of(const ReadVersion& version) {
    const rules::Identity& identity = version.pack.identity;
    SealedPack sealed{identity.id, identity.version, identity.status, version.digests.pack, {}, version.pack.files, {}};
    for (const rules::Diagnostic& finding : rules::unconfirmed_in(version.pack)) {
        sealed.unconfirmed.push_back(rules::one_line(finding));
    }
    return sealed;
}

/// A file that is there is another version, or somebody's: only the same pack may take its place, newly signed.
bool may_be_replaced(const SealOptions& options, const SealedPack& sealed, std::ostream& err) {
    std::error_code error;
    if (!std::filesystem::exists(options.output, error)) return true;
    const auto text = read_text(options.output);
    const auto there = text ? std::optional(read_sealed_pack(*text, options.output.string())) : std::nullopt;
    if (there && *there && (*there)->digest == sealed.digest) return true;
    err << "not sealed: " << options.output.string()
        << " is there already, and is something else: what was sealed is never changed. Name another file.\n";
    return false;
}

ExitCode write_sealed(const SealOptions& options, const SealedPack& sealed, const Streams& streams) {
    const std::string text = print_sealed_pack(sealed);
    // What is written can be read, or it is not written.
    const auto again = read_sealed_pack(text, options.output.string());
    if (!again) {
        print_findings(again.error(), streams.err);
        streams.err << "not sealed: the file could not be read again\n";
        return ExitCode::does_not_hold;
    }
    if (!may_be_replaced(options, sealed, streams.err)) return ExitCode::does_not_hold;
    if (const auto fault = write_text(options.output, text)) {
        streams.err << "error: cannot write " << options.output.string() << ": " << *fault << '\n';
        return ExitCode::environment;
    }
    // A site file comes beside it later, and gives it other digests.
    streams.out << "sealed " << sealed.pack << ' ' << sealed.version << " (" << sealed.status << ")\n"
                << rules::lines_of({sealed.digest, {}, {}, {}}, "");
    if (!sealed.unconfirmed.empty()) {
        streams.out << "not confirmed by anybody: " << sealed.unconfirmed.size() << ", listed in the file\n";
    }
    streams.out << (sealed.signature ? "signed with the key " + sealed.signature->key : std::string("not signed"))
                << "\nwritten to " << options.output.string() << '\n';
    return ExitCode::fine;
}

}  // namespace

ExitCode run_seal(const SealOptions& options, const Streams& streams) {
    const auto version = read_version(options.pack, {}, streams.err);
    if (!version) return ExitCode::bad_input;
    if (const ExitCode code = refuse_what_does_not_hold(options, streams); code != ExitCode::fine) return code;
    if (const ExitCode code = refuse_too_small_a_step(options, *version, streams); code != ExitCode::fine) return code;
    SealedPack sealed = sealed_of(*version);
    if (!options.sign.empty()) {
        auto signature = sign_ed25519(options.sign, signed_text(sealed));
        if (!signature) {
            streams.err << "error: " << options.sign.string() << ' ' << signature.error().says << ".\n";
            return ExitCode::bad_input;
        }
        sealed.signature = std::move(*signature);
    }
    // What was checked is what is sealed, though somebody saves a file meanwhile.
    const auto after = read_version(options.pack, {}, streams.err);
    if (!after || after->digests.pack != version->digests.pack) {
        streams.err << "not sealed: the pack was changed meanwhile\n";
        return ExitCode::does_not_hold;
    }
    return write_sealed(options, sealed, streams);
}

}  // namespace service
