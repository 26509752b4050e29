/*
 * JSON that loses nothing. `JSON.parse` turns 1.0 into 1, rounds long numbers and drops doubled keys; a condition that was only
 * read must come back as it was. A node is one of
 *   {type: "object", entries: [[key, node], …]} · {type: "array", items: [node, …]} · {type: "string", value, raw}
 *   {type: "number", raw} · {type: "word", raw}, where the word is true, false or null.
 */

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const LINE_WIDTH = 80;

/** Deeper ones are left to the JSON tab: nobody could read them as boxes in boxes. */
export const MAX_DEPTH = 100;

/** Says in a sentence what is wrong, and where. */
export class JsonError extends Error {}

/** The node that `text` spells. Raises JsonError. */
export function parse(text) {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.skip();
  if (reader.at < text.length) throw reader.error("Something stands after the end");
  return node;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  error(what) {
    const before = this.text.slice(0, this.at).split("\n");
    return new JsonError(`This is not JSON yet. ${what} (line ${before.length}, column ${before.at(-1).length + 1}).`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  skip() {
    this.match(SPACE);
  }

  /** Is `mark` next? Then it is passed. */
  take(mark) {
    this.skip();
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  value(depth) {
    if (depth > MAX_DEPTH) throw new JsonError(`This condition is nested more than ${MAX_DEPTH} levels deep.`);
    if (this.take("{")) return { type: "object", entries: this.series("}", () => this.entry(depth)) };
    if (this.take("[")) return { type: "array", items: this.series("]", () => this.value(depth + 1)) };
    const raw = this.match(STRING);
    if (raw) return { type: "string", value: JSON.parse(raw), raw };
    const number = this.match(NUMBER);
    if (number) return { type: "number", raw: number };
    const word = this.match(WORD);
    if (word) return { type: "word", raw: word };
    throw this.error(this.at < this.text.length ? "A value is missing or mistyped" : "It ends too early");
  }

  entry(depth) {
    this.skip();
    const key = this.match(STRING);
    if (!key) throw this.error("A name in double quotes is missing");
    if (!this.take(":")) throw this.error("A colon is missing");
    return [JSON.parse(key), this.value(depth + 1)];
  }

  series(end, one) {
    const found = [];
    if (this.take(end)) return found;
    do found.push(one());
    while (this.take(","));
    if (!this.take(end)) throw this.error(`A comma or “${end}” is missing`);
    return found;
  }
}

export const string = (value) => ({ type: "string", value, raw: JSON.stringify(value) });
export const number = (raw) => ({ type: "number", raw: String(raw) });
export const word = (raw) => ({ type: "word", raw: String(raw) });
export const array = (items) => ({ type: "array", items });
/** `{"name": argument}`, the shape of every operation. */
export const operation = (name, argument) => ({ type: "object", entries: [[name, argument]] });

/** Does it say the same? Strings by what they mean, numbers by how they are written. */
export function isSame(one, other) {
  if (one.type !== other.type) return false;
  if (one.type === "string") return one.value === other.value;
  if (one.type === "array") return isSameSeries(one.items, other.items, isSame);
  if (one.type === "object") {
    return isSameSeries(one.entries, other.entries, ([a, x], [b, y]) => a === b && isSame(x, y));
  }
  return one.raw === other.raw;
}

function isSameSeries(one, other, compare) {
  return one.length === other.length && one.every((part, index) => compare(part, other[index]));
}

/** The text of a node: what fits on a line stands on one, the rest is indented by two spaces. */
export function print(node, indent = "") {
  const line = printLine(node);
  const isLeaf = node.type !== "array" && node.type !== "object";
  if (isLeaf || indent.length + line.length <= LINE_WIDTH) return line;
  const inner = `${indent}  `;
  if (node.type === "array") {
    return `[\n${node.items.map((item) => inner + print(item, inner)).join(",\n")}\n${indent}]`;
  }
  // An operation opens its list on its own line, so that nesting costs two spaces and not four.
  if (node.entries.length === 1) return `{${JSON.stringify(node.entries[0][0])}: ${print(node.entries[0][1], indent)}}`;
  const entries = node.entries.map(([key, value]) => `${inner}${JSON.stringify(key)}: ${print(value, inner)}`);
  return `{\n${entries.join(",\n")}\n${indent}}`;
}

function printLine(node) {
  if (node.type === "array") return `[${node.items.map(printLine).join(", ")}]`;
  if (node.type === "object") {
    return `{${node.entries.map(([key, value]) => `${JSON.stringify(key)}: ${printLine(value)}`).join(", ")}}`;
  }
  return node.raw;
}
