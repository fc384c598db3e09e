#include "service/commands/command_seal.hpp"

#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/sealed_pack.hpp"
#include "service/tuning/release_gate.hpp"

#include <optional>
#include <ostream>
#include <utility>

namespace service {
namespace {

/// What the gate says, for a terminal: nothing where it lets the pack pass.
ExitCode hold_at_gate(const ReleaseGate& gate, std::ostream& err) {
    const GateStep* failed = first_failed(gate);
    if (failed == nullptr) return ExitCode::fine;
    for (const std::string& line : failed->says) {
        if (line != failed->refusal) err << line << '\n';
    }
    err << "not sealed: " << failed->refusal << '\n';
    return failed->cannot_be_read ? ExitCode::bad_input : ExitCode::does_not_hold;
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
    // Read once: what was checked is what is sealed, though somebody saves a file meanwhile.
    const auto pack = read_pack_text(options.pack);
    const auto version = pack ? read_version(*pack, SiteSource()) : pack.error();
    print_findings(version ? version->findings : version.error(), streams.err);
    if (!version) return ExitCode::bad_input;
    const ReleaseGate gate = hold_for_release(*pack, SiteSource(), options.previous, running_clock()().date);
    if (const ExitCode code = hold_at_gate(gate, streams.err); code != ExitCode::fine) return code;
    SealedPack sealed = seal_pack(*version);
    if (!options.sign.empty()) {
        auto signature = sign_ed25519(options.sign, signed_text(sealed));
        if (!signature) {
            streams.err << "error: " << options.sign.string() << ' ' << signature.error().says << ".\n";
            return ExitCode::bad_input;
        }
        sealed.signature = std::move(*signature);
    }
    return write_sealed(options, sealed, streams);
}

}  // namespace service
