// A report as one HTML file: text, tables, and plots that each stand above their table. It asks no network for
// anything, opens from a folder, prints on A4, and never lets a colour alone say something.
//
// Chart.js is brought by the caller, as Debian has it (libjs-chart.js); without it the page has its tables and says so.
// Everything handed in is plain text and is escaped here. Same page, same script, same bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rules {

struct Paragraph {
    std::string text;
};

/// Lines to be copied as they stand: for a site file.
struct CodeText {
    std::string text;
};

struct Column {
    std::string title;
    bool is_number = false;  ///< stands to the right
};

/// The first column names the row.
struct Table {
    std::string caption;
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  ///< as many cells as columns
};

/// What is drawn, and what the table says. A value without a number (a count that may not be shared) is drawn as its
/// text.
struct PlotValue {
    std::optional<double> number;
    std::string text;
};

struct Series {
    std::string name;
    std::vector<PlotValue> values;  ///< one a label of the plot
};

/// A line across the labels, with words: a limit on a distribution.
struct PlotMark {
    double at = 0;  ///< counted in labels: 2 lies between the second and the third, 2.5 in the middle of the third
    std::string text;
};

/// At most eight series can be told apart; further ones are drawn as the first are.
struct Plot {
    enum class Kind { bars, stacked_bars, rows, lines };  ///< rows: bars that lie, for long labels
    Kind kind = Kind::bars;
    std::string title;
    std::string label_axis, value_axis;  ///< what labels and values are: "25-OH vitamin D, ng/mL", "patients"
    std::vector<std::string> labels;
    std::vector<Series> series;
    std::vector<PlotMark> marks{};
    std::string note{};  ///< stands below it: what is not drawn
};

using Block = std::variant<Paragraph, CodeText, Table, Plot>;

struct Section {
    std::string title;
    std::vector<Block> blocks;
};

struct Page {
    std::string title;
    std::string language = "en";  ///< BCP 47
    std::vector<Block> opening;   ///< above the list of sections
    std::vector<Section> sections;
};

/// The numbers of a plot; a mark stands as a row of its own, behind the label in which it lies.
Table table_of(const Plot& plot);

/// Whether there is anything to draw: a number that is not 0.
bool has_drawing(const Plot& plot);

/// What a page needs from outside.
struct PageScript {
    std::string chart_js;  ///< the text of Chart.js 3; empty: there is none
    /// The SHA-256 of a text in base64, by which the page allows its own script and style and no other (CSP level 2).
    std::function<std::string(const std::string& text)> sha256_base64;
};

/// The whole file.
std::string html_page(const Page& page, const PageScript& script);

}  // namespace rules
