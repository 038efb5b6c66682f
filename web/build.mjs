// Builds dist/page.html: the whole page in one file, with one inline script and one inline style.
// Its policy names both by their hashes, so the browser runs and loads nothing else. The same
// sources give the same bytes, and what is too large for a page is an error.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const kMostBytes = 150 * 1024;
const kMostGzipped = 60 * 1024;
const root = new URL(".", import.meta.url);
const path = (name) => new URL(name, root).pathname;

/** The licences of what is bundled ask for their text in every copy. */
async function notices() {
  const texts = await Promise.all(
    ["preact", "uplot"].map(async (name) => {
      const text = await readFile(path(`node_modules/${name}/LICENSE`), "utf8");
      return `${name}\n\n${text.trim()}`;
    }),
  );
  return `/*! With parts of\n\n${texts.join("\n\n")}\n*/`;
}

const kUnused = [
  ...["paths.stepped = ", "paths.bars ", "paths.spline ", "uPlot.join = ", "uPlot.rangeAsinh = "],
  ...["uPlot.fmtDate = ", "uPlot.tzDate ", " = genTimeStuffs(1);", " = genTimeStuffs(1e-3);"],
  ...["const _timeAxisSplits ", "const _timeAxisVals ", "const _timeSeriesVal ", "const _tzDate "],
  ...["const _fmtDate ", "const showLegend "],
];

/** uPlot names all it can draw in one object; what this page never draws is left out. */
const lessOfUplot = {
  name: "less of uPlot",
  setup({ onLoad }) {
    onLoad({ filter: /uPlot\.esm\.js$/ }, async (file) => {
      let contents = await readFile(file.path, "utf8");
      for (const unused of kUnused) {
        const line = contents.split("\n").filter((one) => one.includes(unused));
        if (line.length !== 1) throw new Error(`uPlot: ${line.length} lines with "${unused}"`);
        contents = contents.replace(line[0], "");
      }
      // No axis of dates, no legend: what is for them alone falls with these.
      contents = contents
        .replace(/let isTime = .*;/g, "")
        .replace(/\b(isTime|showLegend)\b/g, "false");
      return { contents };
    });
  },
};

async function bundle(entry, options) {
  const result = await build({
    entryPoints: [path(entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    lineLimit: 400,
    legalComments: "eof",
    logLevel: "warning",
    ...options,
  });
  return result.outputFiles[0].text.trim();
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function policyOf(script, style) {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

const script = await bundle("src/main.tsx", {
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [lessOfUplot],
  footer: { js: await notices() },
});
const style = await bundle("src/style/style.css", {
  target: ["chrome123", "firefox120", "safari17.5"],
});
if (/<\/(script|style)/i.test(script + style)) throw new Error("an end tag within the bundle");

const parts = { policy: policyOf(script, style), style, script };
const template = await readFile(path("src/page.html"), "utf8");
const page = template.replace(/{{(\w+)}}/g, (_, name) => parts[name]);

const gzipped = gzipSync(page, { level: 9 }).length;
const bytes = Buffer.byteLength(page);
console.log(`dist/page.html: ${bytes} bytes, ${gzipped} gzipped`);
if (bytes > kMostBytes || gzipped > kMostGzipped) {
  throw new Error(`more than ${kMostBytes} bytes, or ${kMostGzipped} gzipped`);
}
await mkdir(path("dist"), { recursive: true });
await writeFile(path("dist/page.html"), page);
