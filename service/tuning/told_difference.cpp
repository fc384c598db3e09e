#include "service/tuning/told_difference.hpp"

#include "rules/compare/pack_diff_text.hpp"

namespace service {

namespace json = boost::json;

namespace {

/// "back-pain-labs 1.0.0 (draft)"
std::string title_of(const ReadVersion& version) {
    const rules::Identity& identity = version.pack.identity;
    return identity.id + ' ' + identity.version + " (" + identity.status + ")";
}

json::object as_json(const ReadVersion& version) {
    json::object object{{"pack", version.pack.identity.id},
                        {"version", version.pack.identity.version},
                        {"status", version.pack.identity.status}};
    for (const rules::NamedDigest& one : rules::named(version.digests)) object.emplace(one.member, *one.digest);
    return object;
}

}  // namespace

ToldDifference::ToldDifference(const ReadVersion& before, const ReadVersion& after)
    : from(before), to(after), diff(rules::diff_packs(before.borrowed(), after.borrowed())) {}

std::string ToldDifference::text() const {
    return "from " + title_of(from) + '\n' + rules::lines_of(from.digests, "     ") + "to   " + title_of(to) + '\n' +
           rules::lines_of(to.digests, "     ") + rules::text_of(diff);
}

std::string ToldDifference::markdown() const {
    return "# " + to.pack.identity.id + ' ' + diff.from + " to " + diff.to + "\n\n* from " + title_of(from) + '\n' +
           rules::lines_of(from.digests, "  * ") + "* to " + title_of(to) + '\n' + rules::lines_of(to.digests, "  * ") +
           rules::markdown_of(diff);
}

json::object ToldDifference::document() const {
    json::object whole = rules::json_of(diff);
    whole["from"] = as_json(from);
    whole["to"] = as_json(to);
    return whole;
}

}  // namespace service
