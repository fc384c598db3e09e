// The site file: what is wrong with a draft, what it changes, and saving it.
#include "fhir/json_span.hpp"
#include "fhir/member.hpp"
#include "service/base/file_text.hpp"
#include "service/base/sha256.hpp"
#include "service/tuning/checked_pack.hpp"
#include "service/tuning/told_difference.hpp"
#include "service/workbench/api.hpp"
#include "service/workbench/line_difference.hpp"
#include "service/workbench/site_bands.hpp"
#include "service/workbench/written_json.hpp"

#include <optional>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t most_edits = 1000;
constexpr std::size_t longest_site_file = std::size_t{8} * 1024 * 1024;

std::string text_on_disk(const Workbench& workbench) {
    const SiteSource saved = workbench.saved();
    return saved.is_none() ? std::string() : read_text(saved.path).value_or(std::string());
}

json::array lines_as_json(std::string_view before, std::string_view after) {
    json::array lines;
    for (const ToldLine& line : line_difference(before, after)) {
        lines.push_back(json::object{{"kind", std::string(1, line.kind)}, {"text", line.text}});
    }
    return lines;
}

ApiError with_lines(std::string says, const rules::Diagnostics& findings, const json::array& lines) {
    return {400, std::move(says), findings, json::object{{"lines", lines}}};
}

/// A file as the person left it would be overwritten by one who had not seen it.
std::optional<ApiError> changed_meanwhile(const std::filesystem::path& path, const json::object& asked) {
    std::error_code error;
    const bool is_there = std::filesystem::exists(path, error);
    const auto text = is_there ? read_text(path) : std::nullopt;
    if (is_there && !text) return ApiError{500, "The site file cannot be read: " + why_unread(path) + "."};
    const std::string digest = text ? sha256_hex(*text) : std::string();
    if (text_asked(asked, "digest") == digest) return std::nullopt;
    return ApiError{409,
                    "The site file was changed meanwhile by somebody else: look at what is new, and save again.",
                    {},
                    json::object{{"text", text ? json::value(*text) : json::value(nullptr)},
                                 {"digest", text ? json::value(digest) : json::value(nullptr)}}};
}

/// The text with one of the edits that were asked for; or why it cannot be made.
boost::system::result<std::string, ApiError> with_edit(Workbench& workbench, const std::string& text,
                                                       const json::object& edit) {
    if (const json::value* edge = fhir::find_member(edit, "edge"); edge != nullptr && edge->is_object()) {
        const auto pack = workbench.load(SiteSource(workbench.site_name(), text));
        if (pack->program == nullptr) {
            return ApiError{400, "A band is moved in a file without errors: mend what is listed first.",
                            pack->findings};
        }
        auto moved = with_moved_edge(*pack->program, text, edge->get_object());
        if (!moved) return moved.error();
        return std::move(*moved);
    }
    const std::string pointer = text_asked(edit, "pointer");
    if (!pointer.starts_with('/')) return ApiError{400, "An edit needs a \"pointer\" that begins with \"/\"."};
    const json::value* value = fhir::find_member(edit, "value");
    auto changed = fhir::with_value_at(text, pointer, value ? std::optional(written_json(*value)) : std::nullopt);
    if (!changed) {
        return ApiError{400, "Nothing can be put at " + pointer +
                                 ": what stands above it is neither an object nor a "
                                 "list that ends there. Change it in the text."};
    }
    return std::move(*changed);
}

}  // namespace

ApiAnswer check_draft(Workbench& workbench, const ApiRequest& request) {
    const rules::CheckOptions options{workbench.settings().clock().date, false};
    json::array all;
    all.push_back(as_json(check_pack(workbench.settings().pack, workbench.draft_of(request.asked), options)));
    return answered(all);
}

ApiAnswer difference_of_draft(Workbench& workbench, const ApiRequest& request) {
    const SiteSource draft = with_text(workbench.draft_of(request.asked)), saved = with_text(workbench.saved());
    const json::array lines = lines_as_json(saved.text.value_or(""), draft.text.value_or(""));
    const auto pack = read_pack_text(workbench.settings().pack);
    const auto to = pack ? read_version(*pack, draft) : pack.error();
    if (!to) return with_lines("The draft holds errors: mend what is listed first.", to.error(), lines);
    const auto from = workbench.read_before(request.asked, *pack);
    if (!from) return with_lines(from.error().says, from.error().findings, lines);
    const ToldDifference told(*from, *to);
    json::object document = told.document();
    document["markdown"] = told.markdown();
    document["lines"] = lines;
    return answered(document);
}

ApiAnswer edit_site(Workbench& workbench, const ApiRequest& request) {
    std::string text = workbench.draft_of(request.asked).text.value_or(std::string());
    if (text.empty()) text = text_on_disk(workbench);
    const json::value* edits = fhir::find_member(request.asked, "set");
    if (edits == nullptr || !edits->is_array() || edits->get_array().size() > most_edits) {
        return ApiError{400, "An edit needs \"set\": a list of { \"pointer\", \"value\" }."};
    }
    for (const json::value& edit : edits->get_array()) {
        const auto tree = fhir::parse_json(text, {}, fhir::JsonDialect::with_comments);
        if (!tree || !tree->is_object()) {
            return ApiError{400, "The site file is no JSON object as it stands: mend its text first."};
        }
        if (!edit.is_object()) return ApiError{400, "Each edit is an object."};
        auto changed = with_edit(workbench, text, edit.get_object());
        if (!changed) return changed.error();
        text = std::move(*changed);
    }
    return answered(json::object{{"site", text}});
}

ApiAnswer save_site(Workbench& workbench, const ApiRequest& request) {
    if (workbench.settings().site.empty()) {
        return ApiError{400, "The workbench was started without --site FILE: start it with one, or copy the text."};
    }
    const json::value* site = fhir::find_member(request.asked, "site");
    const auto text = site != nullptr ? fhir::text_of(*site) : std::nullopt;
    if (!text || text->size() > longest_site_file) return ApiError{400, "There is no text to save, or it is too long."};
    const std::lock_guard lock(workbench.saving());
    // Where a link leads: it stays a link.
    std::error_code error;
    const auto real = std::filesystem::weakly_canonical(workbench.settings().site, error);
    const std::filesystem::path path = error ? workbench.settings().site : real;
    if (auto conflict = changed_meanwhile(path, request.asked)) return std::move(*conflict);
    if (const auto fault = write_text(path, *text)) {
        return ApiError{500, "The site file cannot be saved: " + *fault + ". What you wrote is still here."};
    }
    if (workbench.population().has_failed()) workbench.read_population();  // perhaps it was the file that kept it
    return answered(json::object{{"digest", sha256_hex(*text)}});
}

}  // namespace service
