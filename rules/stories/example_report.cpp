#include "rules/pack/readers.hpp"
#include "rules/stories/example.hpp"

#include <algorithm>
#include <map>

namespace rules {

namespace {

// Text for an XML attribute or element. Control characters that XML 1.0 forbids become spaces.
std::string xml(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
        }
    }
    return escaped;
}

std::string sentences(const Example& example) {
    std::string all;
    for (const std::string& difference : example.differences) all += "  " + difference + '\n';
    return all;
}

std::string where(const Example& example) {
    return example.place.file + ':' + std::to_string(example.place.line) + ':' + std::to_string(example.place.column);
}

std::string junit_case(const Example& example) {
    std::string test = "  <testcase classname=\"" + xml(example.place.file) + "\" name=\"" + xml(example.story) + " (" +
                       std::string(name_of(example.hook)) + ")\"";
    if (example.holds()) return test + "/>\n";
    if (example.changed_by_site) {
        return test + "><skipped message=\"with this site: " + xml(example.differences.front()) + "\"/></testcase>\n";
    }
    if (example.passes()) {
        return test + "><skipped message=\"known miss: " + xml(example.known_miss) + "\"/></testcase>\n";
    }
    return test + "><failure message=\"" + xml(example.differences.front()) + "\">" +
           xml(where(example) + '\n' + sentences(example)) + "</failure></testcase>\n";
}

}  // namespace

std::string limit_report(const ExampleReport& report) {
    struct Dropped {
        std::size_t times = 0;
        const Example* first = nullptr;
    };
    std::map<std::string, Dropped> by_rule;
    for (const Example& example : report.examples) {
        for (const std::string& rule : example.dropped_by_limit) {
            Dropped& dropped = by_rule[rule];
            if (++dropped.times == 1) dropped.first = &example;
        }
    }
    std::string text;
    for (const auto& [rule, dropped] : by_rule) {
        text += "no room for " + rule + " in " + std::to_string(dropped.times) +
                (dropped.times == 1 ? " story" : " stories") + ", the first " + where(*dropped.first) + ": " +
                dropped.first->story + '\n';
    }
    return text;
}

std::string text_report(const ExampleReport& report) {
    std::string text;
    std::size_t failed = 0, missed = 0, changed = 0;
    for (const Example& example : report.examples) {
        if (example.holds()) continue;
        const bool known = !example.changed_by_site && example.passes();
        ++(example.changed_by_site ? changed : known ? missed : failed);
        const char* what = example.changed_by_site ? "with this site" : known ? "known miss" : "failed";
        text += where(example) + ": " + what + ": " + example.story + " (" + std::string(name_of(example.hook)) +
                ")\n" + sentences(example);
        if (known) text += "  Known: " + example.known_miss + '\n';
    }
    text += std::to_string(report.examples.size()) + " examples, " + std::to_string(failed) + " failed, " +
            std::to_string(missed) + " known misses";
    if (report.with_site) text += ", " + std::to_string(changed) + " changed by the site";
    return text + '\n';
}

std::string junit_report(const ExampleReport& report, const std::string& suite) {
    const auto count = [&](auto counts) {
        return std::to_string(std::count_if(report.examples.begin(), report.examples.end(), counts));
    };
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" + xml(suite) + "\" tests=\"" +
                       std::to_string(report.examples.size()) + "\" failures=\"" +
                       count([](const Example& example) { return !example.passes(); }) + "\" skipped=\"" +
                       count([](const Example& example) { return example.passes() && !example.holds(); }) + "\">\n";
    for (const Example& example : report.examples) text += junit_case(example);
    return text + "</testsuite>\n";
}

}  // namespace rules
