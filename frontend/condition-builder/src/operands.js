/*
 * What a fact is compared with: {kind, text}. `text` is what stands in the box, so that a half-typed number is no error and a
 * number that was only read keeps its digits.
 */

import { array, number, operation, string, word } from "./json.js";

const LOOSE_NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

export const operand = (kind, text = "") => ({ kind, text });

/** The operand that a node spells, or null: arithmetic and whatever else has no box of its own. */
export function readOperand(node) {
  if (node.type === "string") return operand("text", node.value);
  if (node.type === "number") return operand("number", node.raw);
  if (node.type === "word") return node.raw === "null" ? operand("null") : operand("boolean", node.raw);
  if (node.type === "object" && node.entries.length === 1) {
    const [name] = node.entries[0];
    if (name === "today" || name === "now") return operand(name);
  }
  return null;
}

export function writeOperand({ kind, text }) {
  switch (kind) {
    case "number":
      return number(normalNumber(text) ?? text);
    case "boolean":
      return word(text);
    case "null":
      return word("null");
    case "today":
    case "now":
      return operation(kind, array([]));
    default:
      return string(text);
  }
}

/** A number as JSON writes it (".5" is 0.5, "+5" is 5, "007" is 7), or null if it is none. What is JSON already stays. */
export function normalNumber(text) {
  const found = LOOSE_NUMBER.exec(text.trim());
  if (!found || !(found[2] || found[3])) return null;
  const [, sign, whole, fraction, power] = found;
  const digits = whole.replace(/^0+(?=\d)/, "") || "0";
  return `${sign === "-" ? "-" : ""}${digits}${fraction ? `.${fraction}` : ""}${power ? text.trim().match(/[eE].*/)[0] : ""}`;
}

/** Is there something to compare with? */
export function isFilled({ kind, text }) {
  if (kind === "number") return normalNumber(text) !== null;
  if (kind === "text" || kind === "boolean") return text !== "";
  return true;
}

/** The kind of literal that the facts of a type are compared with. */
export function literalKind(type) {
  return { number: "number", boolean: "boolean" }[type] ?? "text";
}
