#include "rules/page/html_page.hpp"

#include "rules/text/html_escape.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace rules {

namespace json = boost::json;

namespace {

constexpr std::string_view style =
    "body{margin:0 auto;max-width:62rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;"
    "overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.25rem;margin:2.2rem 0 .5rem;"
    "border-bottom:2px solid #5b6470}h3{font-size:1rem;margin:1.2rem 0 .4rem}a{color:#0b4fb3}nav ul{columns:16rem;"
    "margin:0;padding-left:1.1rem}table{border-collapse:collapse;margin:.5rem 0 "
    "1.2rem;font-size:.9rem;min-width:min(26rem,100%);max-width:100%}"
    "caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{border:1px solid #8a919c;padding:.2rem .5rem;"
    "text-align:left;vertical-align:top;font-weight:400;min-width:3rem}thead th{background:#eef1f5;font-weight:600;"
    "font-size:.8rem;line-height:1.3;overflow-wrap:break-word}tbody "
    "th{min-width:10rem}td:not(.number){min-width:8rem}.number{text-align:right}td.number{white-space:nowrap}.wide{"
    "overflow-x:auto}pre{background:#"
    "f3f4f6;border:1px solid #8a919c;"
    "padding:.6rem;font-size:.85rem;white-space:pre-wrap}.plot{margin:1rem 0}.canvas{position:relative;height:22rem}"
    ".note{font-size:.85rem;margin:.3rem 0}"
    "@page{size:A4;margin:15mm}@media "
    "print{body{max-width:none;padding:0;font-size:10pt}nav{display:none}table{font-size:8pt}"
    "th,td{min-width:0;padding:.1rem .3rem}thead th{font-size:7pt}tbody th,td:not(.number){min-width:6rem}"
    "pre{font-size:8pt}.plot,tr,pre,.whole,caption,thead{break-inside:avoid}h2,h3,caption,thead{break-after:avoid}"
    "tbody tr:nth-child(-n+3){break-before:avoid}tbody tr:nth-last-child(-n+2){break-before:avoid}"
    ".wide{overflow:visible}thead{display:table-header-group}}";

// Colours that people with any kind of colour vision can tell apart (Okabe and Ito 2008), and beside each a pattern, a
// dash and a shape of its own. Charts are drawn again for the paper's width.
constexpr std::string_view plot_script = R"(
(() => {
  const colours = ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#CC79A7', '#56B4E9', '#000000', '#F0E442'];
  const shapes = ['circle', 'rect', 'triangle', 'rectRot', 'cross', 'star', 'crossRot', 'dash'];
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [14, 4], [1, 5], [6, 2]];
  const strokes = [[], [[0, 12, 12, 0]], [[0, 0, 12, 12]], [[0, 6, 12, 6]], [[6, 0, 6, 12]], [[0, 12, 12, 0], [0, 0, 12, 12]],
                   [[0, 3, 12, 3], [0, 9, 12, 9]], [[0, 6, 12, 6], [6, 0, 6, 12]]];
  const pattern = index => {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 12;
    const pen = tile.getContext('2d');
    pen.fillStyle = colours[index];
    pen.fillRect(0, 0, 12, 12);
    pen.strokeStyle = index === 7 ? '#1b1b1b' : '#ffffff';
    pen.lineWidth = 2;
    for (const [x0, y0, x1, y1] of strokes[index]) { pen.beginPath(); pen.moveTo(x0, y0); pen.lineTo(x1, y1); pen.stroke(); }
    return pen.createPattern(tile, 'repeat');
  };
  const size = 0.85 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  Chart.defaults.font.size = size;
  Chart.defaults.color = '#1b1b1b';
  Chart.defaults.animation = false;
  // How high above a plot each mark's words stand, so that none stands on another, on paper either.
  const levelsFor = (marks, labels, pen) => {
    const width = 540, taken = [];
    pen.font = `${size}px system-ui, sans-serif`;
    return marks.map(({at, text}) => {
      const x = at / Math.max(1, labels) * width, room = pen.measureText(text).width + 8;
      const [left, right] = x < width / 2 ? [x, x + room] : [x - room, x];
      let level = 0;
      while (taken.some(one => one.level === level && one.left < right && left < one.right)) level++;
      taken.push({level, left, right});
      return level;
    });
  };
  const words = {id: 'words', afterDatasetsDraw(chart, _, {marks, texts, levels}) {
    const pen = chart.ctx, area = chart.chartArea, lying = chart.options.indexAxis === 'y';
    pen.save();
    pen.fillStyle = pen.strokeStyle = '#1b1b1b';
    pen.font = `${size}px system-ui, sans-serif`;
    texts.forEach((values, series) => values.forEach((text, at) => {
      const bar = chart.getDatasetMeta(series).data[at];
      if (!text || !bar) return;
      pen.textAlign = lying ? 'left' : 'center';
      pen.fillText(text, lying ? area.left + 4 : bar.x, lying ? bar.y + size / 3 : area.bottom - 3);
    }));
    const axis = lying ? chart.scales.y : chart.scales.x;
    const start = lying ? area.top : area.left, end = lying ? area.bottom : area.right;
    const step = (end - start) / Math.max(1, chart.data.labels.length);
    marks.forEach((mark, index) => {
      const at = start + mark.at * step, top = area.top - 4 - 1.2 * size * levels[index];
      pen.setLineDash([6, 4]);
      pen.beginPath();
      if (lying) { pen.moveTo(area.left, at); pen.lineTo(area.right, at); } else { pen.moveTo(at, top); pen.lineTo(at, area.bottom); }
      pen.stroke();
      pen.textAlign = lying || at < (start + end) / 2 ? 'left' : 'right';
      pen.fillText(mark.text, lying ? area.right - 80 : at + (pen.textAlign === 'left' ? 3 : -3), lying ? at - 3 : top);
    });
    pen.restore();
  }};
  const charts = [];
  for (const box of document.querySelectorAll('.plot')) {
    const plot = JSON.parse(box.querySelector('script').textContent), lines = plot.kind === 'lines', lying = plot.kind === 'rows';
    const holder = box.querySelector('.canvas');
    // The highest fits on a page of A4 with its title.
    if (lying) holder.style.height = `${Math.min(50, 6 + plot.labels.length * (.5 + 1.1 * plot.series.length))}rem`;
    const levels = levelsFor(plot.marks, plot.labels.length, box.querySelector('canvas').getContext('2d'));
    const label = {title: {display: true, text: plot.labelAxis}, stacked: plot.kind === 'stackedBars', ticks: {autoSkip: !lying}, offset: true};
    const value = {title: {display: true, text: plot.valueAxis}, stacked: plot.kind === 'stackedBars', beginAtZero: true};
    charts.push(new Chart(box.querySelector('canvas'), {
      type: lines ? 'line' : 'bar', plugins: [words],
      data: {labels: plot.labels, datasets: plot.series.map((series, at) => ({
        label: series.name, data: series.values, borderColor: lines ? colours[at % 8] : '#1b1b1b', borderWidth: lines ? 2 : 1,
        backgroundColor: lines ? colours[at % 8] : pattern(at % 8), pointStyle: shapes[at % 8], pointRadius: 5, borderDash: lines ? dashes[at % 8] : []}))},
      options: {maintainAspectRatio: false, indexAxis: lying ? 'y' : 'x', devicePixelRatio: Math.max(2, devicePixelRatio),
        layout: {padding: {top: plot.marks.length && !lying ? 1.2 * size * (1 + Math.max(...levels)) : 0}}, scales: lying ? {x: value, y: label} : {x: label, y: value},
        plugins: {legend: {display: plot.series.length > 1, labels: {usePointStyle: lines}}, words: {marks: plot.marks, levels, texts: plot.series.map(series => series.texts)}}}}));
  }
  addEventListener('beforeprint', () => charts.forEach(chart => chart.resize(640, chart.height)));
  addEventListener('afterprint', () => charts.forEach(chart => chart.resize()));
  document.documentElement.dataset.plots = String(charts.length);
})();
)";

constexpr std::string_view not_drawn = ": not drawn, since every count is 0 or below 11.";
constexpr std::size_t most_rows_whole = 20;

/// A script as it may stand between its tags: nothing in it ends them, and lines end as browsers read them.
std::string between_tags(const std::string& script) {
    std::string text;
    text.reserve(script.size());
    for (std::size_t at = 0; at < script.size(); ++at) {
        if (script[at] == '\r') continue;
        const std::string_view rest = std::string_view(script).substr(at);
        text += script[at];
        if (rest.starts_with("</s") || rest.starts_with("</S") || rest.starts_with("<!--")) text += '\\';
    }
    return text;
}

std::string_view name_of(Plot::Kind kind) {
    switch (kind) {
        case Plot::Kind::bars:
            return "bars";
        case Plot::Kind::stacked_bars:
            return "stackedBars";
        case Plot::Kind::rows:
            return "rows";
        case Plot::Kind::lines:
            return "lines";
    }
    return "";
}

json::object data_of(const Plot& plot) {
    json::object data{{"kind", name_of(plot.kind)}, {"labelAxis", plot.label_axis}, {"valueAxis", plot.value_axis}};
    json::array& labels = data["labels"].emplace_array();
    for (const std::string& label : plot.labels) labels.emplace_back(label);
    json::array& all = data["series"].emplace_array();
    for (const Series& series : plot.series) {
        json::array values, texts;
        for (const PlotValue& value : series.values) {
            values.push_back(value.number ? json::value(*value.number) : json::value(nullptr));
            texts.push_back(value.number ? json::value(nullptr) : json::value(value.text));
        }
        all.push_back({{"name", series.name}, {"values", std::move(values)}, {"texts", std::move(texts)}});
    }
    json::array& marks = data["marks"].emplace_array();
    for (const PlotMark& mark : plot.marks) marks.push_back({{"at", mark.at}, {"text", mark.text}});
    return data;
}

class Writer {
  public:
    explicit Writer(bool draws) : draws_(draws) {}

    void operator()(const Paragraph& paragraph) {
        put("<p>");
        text(paragraph.text);
        put("</p>\n");
    }

    void operator()(const CodeText& code) {
        put("<pre>");
        text(code.text);
        put("</pre>\n");
    }

    void operator()(const Table& table) {
        // On paper a table that is short stays on one page.
        put(table.rows.size() <= most_rows_whole ? "<div class=\"wide whole\"><table>\n<caption>"
                                                 : "<div class=\"wide\"><table>\n<caption>");
        text(table.caption);
        put("</caption>\n<thead><tr>");
        for (const Column& column : table.columns) {
            put(column.is_number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
            text(column.title);
            put("</th>");
        }
        put("</tr></thead>\n<tbody>\n");
        for (const std::vector<std::string>& row : table.rows) add_row(row, table.columns);
        put("</tbody>\n</table></div>\n");
    }

    void operator()(const Plot& plot) {
        const bool is_drawn = draws_ && has_drawing(plot);
        if (is_drawn) add_drawing(plot);
        if (!has_drawing(plot)) (*this)(Paragraph{plot.title + std::string(not_drawn)});
        (*this)(table_of(plot));
        if (!is_drawn && !plot.note.empty()) add_note(plot.note);
    }

    void add_opening(const Page& page) {
        put("<h1>");
        text(page.title);
        put("</h1>\n");
        for (const Block& block : page.opening) std::visit(*this, block);
        if (page.sections.size() < 2) return;
        put("<nav aria-label=\"Sections\"><ul>\n");
        for (std::size_t at = 0; at < page.sections.size(); ++at) {
            put("<li><a href=\"#s").put(std::to_string(at)).put("\">");
            text(page.sections[at].title);
            put("</a></li>\n");
        }
        put("</ul></nav>\n");
    }

    void add(const Section& section) {
        const std::string id = "s" + std::to_string(sections_++);
        put("<section aria-labelledby=\"").put(id).put("\">\n<h2 id=\"").put(id).put("\">");
        text(section.title);
        put("</h2>\n");
        for (const Block& block : section.blocks) std::visit(*this, block);
        put("</section>\n");
    }

    std::string finish() { return std::move(html_); }

  private:
    Writer& put(std::string_view html) {
        html_ += html;
        return *this;
    }
    void text(std::string_view plain) { append_escaped(html_, plain); }

    void add_row(const std::vector<std::string>& row, const std::vector<Column>& columns) {
        put("<tr>");
        for (std::size_t at = 0; at < columns.size(); ++at) {
            const std::string_view tag = at == 0 ? "th scope=\"row\"" : "td";
            put("<").put(tag).put(columns[at].is_number ? " class=\"number\">" : ">");
            if (at < row.size()) text(row[at]);
            put(at == 0 ? "</th>" : "</td>");
        }
        put("</tr>\n");
    }

    void add_note(const std::string& note) {
        put("<p class=\"note\">");
        text(note);
        put("</p>\n");
    }

    void add_drawing(const Plot& plot) {
        put("<figure class=\"plot\">\n<figcaption><strong>");
        text(plot.title);
        put("</strong></figcaption>\n<div class=\"canvas\"><canvas role=\"img\" aria-label=\"");
        text(plot.title + ": the numbers stand in the table below");
        put("\"></canvas></div>\n<script type=\"application/json\">");
        for (const char c : json::serialize(data_of(plot))) {
            if (c == '<') {
                put("\\u003c");
            } else {
                html_ += c;
            }
        }
        put("</script>\n");
        if (!plot.note.empty()) add_note(plot.note);
        put("</figure>\n");
    }

    bool draws_;
    std::size_t sections_ = 0;
    std::string html_;
};

/// Anything that is drawn.
bool has_plots(const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
        const Plot* plot = std::get_if<Plot>(&block);
        if (plot && has_drawing(*plot)) return true;
    }
    return false;
}

bool has_plots(const Page& page) {
    for (const Section& section : page.sections) {
        if (has_plots(section.blocks)) return true;
    }
    return has_plots(page.opening);
}

std::string head(const Page& page, const PageScript& script, const std::string& code) {
    std::string policy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
                         script.sha256_base64(std::string(style)) + "'";
    if (!code.empty()) policy += "; script-src 'sha256-" + script.sha256_base64(code) + "'";
    std::string html = "<!doctype html>\n<html lang=\"";
    append_escaped(html, page.language);
    html += "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"";
    append_escaped(html, policy);
    html +=
        "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n<title>";
    append_escaped(html, page.title);
    html.append("</title>\n<style>").append(style);
    return html + "</style>\n</head>\n<body>\n<main>\n";
}

}  // namespace

Table table_of(const Plot& plot) {
    Table table{plot.title, {{plot.label_axis}}, {}};
    for (const Series& series : plot.series) {
        table.columns.push_back({series.name.empty() ? plot.value_axis : series.name, true});
    }
    const auto add_marks = [&](std::size_t before) {
        for (const PlotMark& mark : plot.marks) {
            if (std::ceil(mark.at) != static_cast<double>(before)) continue;
            table.rows.emplace_back(table.columns.size()).front() = "— " + mark.text + " —";
        }
    };
    for (std::size_t at = 0; at < plot.labels.size(); ++at) {
        add_marks(at);
        std::vector<std::string> row{plot.labels[at]};
        for (const Series& series : plot.series) {
            row.push_back(at < series.values.size() ? series.values[at].text : std::string());
        }
        table.rows.push_back(std::move(row));
    }
    add_marks(plot.labels.size());
    return table;
}

bool has_drawing(const Plot& plot) {
    return std::ranges::any_of(plot.series, [](const Series& series) {
        return std::ranges::any_of(series.values, [](const PlotValue& value) { return value.number.value_or(0) != 0; });
    });
}

std::string html_page(const Page& page, const PageScript& script) {
    const bool wants_plots = has_plots(page), draws = wants_plots && !script.chart_js.empty();
    const std::string code = draws ? between_tags(script.chart_js + "\n" + std::string(plot_script)) : std::string();
    Writer writer(draws);
    writer.add_opening(page);
    if (wants_plots && !draws) {
        writer(
            Paragraph{"Plots are missing: Chart.js was not found where this page was made (Debian's package "
                      "libjs-chart.js). Every number is in the tables."});
    }
    for (const Section& section : page.sections) writer.add(section);
    std::string html = head(page, script, code) + writer.finish() + "</main>\n";
    if (draws) html.append("<script>").append(code).append("</script>\n");
    return html + "</body>\n</html>\n";
}

}  // namespace rules
