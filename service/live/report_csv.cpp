// The report's page as CSV.
#include "service/live/report_page.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace service {

namespace {

/// A field that no spreadsheet takes for a formula (OWASP, "CSV Injection").
std::string field(std::string text) {
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) text.insert(0, "'");
    if (text.find_first_of("\",\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

struct CsvWriter {
    std::string text = "table,row,column,value\r\n";

    void operator()(const rules::Paragraph& paragraph) { text += "note,,," + field(paragraph.text) + "\r\n"; }
    void operator()(const rules::CodeText& code) { (*this)(rules::Paragraph{code.text}); }
    void operator()(const rules::Plot& plot) { (*this)(rules::table_of(plot)); }
    /// The columns before the first number name the row.
    void operator()(const rules::Table& table) {
        const auto first_number = std::ranges::find(table.columns, true, &rules::Column::is_number);
        const std::size_t names = static_cast<std::size_t>(first_number - table.columns.begin());
        for (const auto& row : table.rows) {
            std::string name;
            for (std::size_t i = 0; i < names; ++i) name += (i == 0 ? "" : "; ") + row[i];
            for (std::size_t i = names; i < row.size(); ++i) {
                text += field(table.caption) + ',' + field(name) + ',' + field(table.columns[i].title) + ',' +
                        field(row[i]) + "\r\n";
            }
        }
    }
};

}  // namespace

std::string report_csv(const rules::Page& page) {
    CsvWriter writer;
    for (const rules::Block& block : page.opening) std::visit(writer, block);
    for (const rules::Section& section : page.sections) {
        for (const rules::Block& block : section.blocks) std::visit(writer, block);
    }
    return std::move(writer.text);
}

}  // namespace service
