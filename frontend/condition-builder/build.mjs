/*
 * Builds ../../static/cxmanager/condition-builder.{js,css} and the notice of what they contain. Each begins with the digest of the
 * sources it was built from, which a test compares: a bundle that is older than its source does not pass.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

import { samples } from "./samples.mjs";

const OUT = "../../static/cxmanager/condition-builder";
const MOST_BYTES = 260_000;

/** SHA-256 over every source file: its path, a zero byte, its content, a zero byte; in the order of the paths. */
function digest() {
  const sources = ["build.mjs", "package-lock.json", "package.json", "samples.mjs", ...readdirSync("src").map((name) => `src/${name}`)].sort();
  const hash = createHash("sha256");
  for (const path of sources) hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** The licences of the packages that are in the bundle, which they ask to be passed on. */
function notices(inputs) {
  const packages = Object.keys(inputs).map((path) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(packages.filter(Boolean))].sort().map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(`${directory}/package.json`));
    const file = readdirSync(directory).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(`${directory}/${file}`, "utf8").trim() : "";
    return `${name} ${version} (${license})\n\n${text}`.trim();
  });
}

const sources = digest();
const banner = `/* Built by "make static" from frontend/condition-builder; sources sha256:${sources} */`;
const result = await build({
  entryPoints: { "condition-builder": "src/index.jsx" },
  outdir: "../../static/cxmanager",
  banner: { js: banner },
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  // What react-querybuilder and react-redux take for React.
  alias: { react: "preact/compat", "react-dom": "preact/compat" },
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  metafile: true,
});
await build({
  entryPoints: { "condition-builder": "src/condition-builder.css" },
  outdir: "../../static/cxmanager",
  banner: { css: banner },
  minify: true,
  charset: "utf8",
});
// A test of the server takes each of them.
const written = samples().map((condition) => `    ${JSON.stringify(condition)}`);
writeFileSync("samples.json", `{\n  "sources": "${sources}",\n  "conditions": [\n${written.join(",\n")}\n  ]\n}\n`);
const texts = notices(result.metafile.inputs);
writeFileSync(`${OUT}.LICENSES.txt`, `condition-builder.js contains:\n\n${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);

for (const path of [`${OUT}.js`, `${OUT}.css`]) console.log(`${path.slice(6)}: ${statSync(path).size.toLocaleString("en")} bytes`);
if (statSync(`${OUT}.js`).size > MOST_BYTES) {
  console.error(`The script is larger than ${MOST_BYTES.toLocaleString("en")} bytes.`);
  process.exitCode = 1;
}
