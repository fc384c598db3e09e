#include "rules/page/page_text.hpp"

#include <algorithm>
#include <string_view>

namespace rules {
namespace {

/// Characters, as far as a terminal shows each in one column.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void append_cell(std::string& text, std::string_view cell, std::size_t width, bool is_number, bool is_last) {
    const std::size_t room = width - std::min(width, width_of(cell));
    if (is_number) text.append(room, ' ');
    text += cell;
    if (!is_number && !is_last) text.append(room, ' ');
    text += is_last ? "\n" : "  ";
}

class TextWriter {
  public:
    void heading(const std::string& title, char line) {
        text_ += title + "\n" + std::string(width_of(title), line) + "\n\n";
    }

    void operator()(const Paragraph& paragraph) { text_ += paragraph.text + "\n\n"; }

    void operator()(const CodeText& code) { text_ += code.text + (code.text.ends_with('\n') ? "\n" : "\n\n"); }

    void operator()(const Table& table) {
        std::vector<std::size_t> widths;
        for (std::size_t at = 0; at < table.columns.size(); ++at) {
            std::size_t width = width_of(table.columns[at].title);
            for (const auto& row : table.rows) width = std::max(width, at < row.size() ? width_of(row[at]) : 0);
            widths.push_back(width);
        }
        if (!table.caption.empty()) text_ += table.caption + "\n";
        if (table.rows.empty()) {
            text_ += "  nothing\n\n";
            return;
        }
        std::vector<std::string> titles;
        for (const Column& column : table.columns) titles.push_back(column.title);
        add_row(titles, table.columns, widths);
        for (const auto& row : table.rows) add_row(row, table.columns, widths);
        text_ += "\n";
    }

    void operator()(const Plot& plot) {
        (*this)(table_of(plot));
        if (!plot.note.empty()) (*this)(Paragraph{plot.note});
    }

    std::string finish() { return std::move(text_); }

  private:
    void add_row(const std::vector<std::string>& row, const std::vector<Column>& columns,
                 const std::vector<std::size_t>& widths) {
        text_ += "  ";
        for (std::size_t at = 0; at < columns.size(); ++at) {
            append_cell(text_, at < row.size() ? std::string_view(row[at]) : std::string_view(), widths[at],
                        columns[at].is_number, at + 1 == columns.size());
        }
    }

    std::string text_;
};

}  // namespace

std::string page_text(const Page& page) {
    TextWriter writer;
    writer.heading(page.title, '=');
    for (const Block& block : page.opening) std::visit(writer, block);
    for (const Section& section : page.sections) {
        writer.heading(section.title, '-');
        for (const Block& block : section.blocks) std::visit(writer, block);
    }
    return writer.finish();
}

}  // namespace rules
