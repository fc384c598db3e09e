// Debian's libraries, fetched when a view first needs them; without one the page says which package brings it.

const LIBRARIES = {
  "chart.js": { package: "libjs-chart.js", name: "Chart", scripts: ["chart.js/chart.min.js"], styles: [] },
  codemirror: {
    package: "libjs-codemirror",
    name: "CodeMirror",
    scripts: [
      "codemirror/lib/codemirror.js",
      "codemirror/mode/javascript/javascript.js",
      "codemirror/addon/lint/lint.js",
      "codemirror/addon/edit/matchbrackets.js",
      "codemirror/addon/edit/closebrackets.js",
    ],
    styles: ["codemirror/lib/codemirror.css", "codemirror/addon/lint/lint.css"],
  },
};

const loading = new Map();

function script(path) {
  return new Promise((resolve, reject) => {
    const made = document.createElement("script");
    made.src = `/lib/${path}`;
    made.addEventListener("load", resolve);
    made.addEventListener("error", reject);
    document.head.append(made);
  });
}

function style(path) {
  const made = document.createElement("link");
  made.rel = "stylesheet";
  made.href = `/lib/${path}`;
  // Before the page's own sheet, which colours what the library draws.
  document.head.insertBefore(made, document.head.querySelector('link[href="style.css"]'));
}

async function load(wanted) {
  wanted.styles.forEach(style);
  // In turn: an add-on needs what it adds to.
  for (const path of wanted.scripts) await script(path);
  return window[wanted.name];
}

/** The library's global, once it is there. */
export async function library(id) {
  const wanted = LIBRARIES[id];
  if (!loading.has(id)) loading.set(id, load(wanted));
  try {
    return await loading.get(id);
  } catch {
    loading.delete(id);
    throw new Error(`This view needs the Debian package ${wanted.package}, which is not installed: sudo apt install ${wanted.package}, then reload the page.`);
  }
}

/** The one that every page stands on: told apart by a variable that only it sets. */
export function missingBase() {
  const has = getComputedStyle(document.documentElement).getPropertyValue("--bs-blue") !== "";
  return has ? null : "The page is bare: the Debian package libjs-bootstrap5 is not installed. Run sudo apt install libjs-bootstrap5, then reload the page.";
}
