/*
 * A condition's text ⇄ the tree that the builder shows, in react-querybuilder's shape:
 *   group {combinator: "and"|"or", not, rules: […], form} · line (rules.js) · part {operator: "json", value: its text}
 * What no line can say becomes a part, kept as it stands. Its own parser would make an empty group of it, which is why this
 * conversion is ours. What was read and not touched is written from the node it was read from.
 */

import { array, operation, parse, print } from "./json.js";
import { readRule, writeRule } from "./rules.js";
import { problemOf } from "./operators.js";

let made = 0;
/** Ids stay with their items while they are edited; new ones must never meet them. */
export const newId = () => `item-${(made += 1)}`;
export const newLine = () => ({ id: newId(), field: "", operator: "", form: {} });
export const newGroup = () => ({ id: newId(), combinator: "or", not: false, rules: [newLine()], form: {} });

/** The tree of a text. Raises JsonError. An empty text is the empty tree: everyone. */
export function read(text) {
  const node = isNothing(text) ? null : parse(text);
  const item = node && readItem(node);
  const tree = item?.rules ? item : around(item);
  return { ...tree, origin: { text, mark: mark(tree) } };
}

function around(item) {
  return { id: newId(), combinator: "and", not: false, rules: item ? [item] : [], form: { implied: true } };
}

/** Does a text set no condition at all? */
export function isNothing(text) {
  return /^\s*(?:null|\{\s*\})?\s*$/.test(text);
}

function readItem(node) {
  const item = readGroup(node) ?? readNot(node) ?? { ...readRule(node) };
  if (item.rules) return item;
  const line = item.field === undefined ? { field: "", operator: "json", value: print(node), form: {} } : item;
  return { ...line, id: newId(), origin: { node, mark: mark(line) } };
}

function readGroup(node) {
  const [name, argument] = onlyEntry(node);
  if ((name !== "and" && name !== "or") || argument.type !== "array") return null;
  const form = argument.items.length ? {} : { empty: true };
  return { id: newId(), combinator: name, not: false, rules: argument.items.map(readItem), form };
}

/** `{"!": …}` around a group, or around one thing that has no negative of its own. */
function readNot(node) {
  const [name, argument] = onlyEntry(node);
  if (name !== "!" || readRule(node)) return null;
  const isBare = argument.type !== "array";
  const inner = isBare ? argument : argument.items[0];
  if (!inner || (!isBare && argument.items.length !== 1)) return null;
  const form = isBare ? { bare: true } : {};
  const group = readGroup(inner);
  if (group) return { ...group, not: true, form: { ...group.form, ...form } };
  return { id: newId(), combinator: "or", not: true, rules: [readItem(inner)], form: { ...form, single: true } };
}

function onlyEntry(node) {
  return node.type === "object" && node.entries.length === 1 ? node.entries[0] : [];
}

/**
 * What the tree stands for: `text`, which is the very text it was read from if it says the same, and `problems`, a Map from the id
 * of each unfinished line to the sentence that says what it lacks. Unfinished lines are not in the text.
 */
export function write(tree) {
  const problems = findProblems(tree);
  if (tree.origin && mark(tree) === tree.origin.mark) return { text: tree.origin.text, problems };
  const node = writeItem(tree, problems);
  return { text: node ? print(node) : "", problems };
}

function findProblems(item, problems = new Map()) {
  if (item.rules) item.rules.forEach((one) => findProblems(one, problems));
  else if (!isUntouched(item)) {
    const problem = problemOf(item);
    if (problem) problems.set(item.id, problem);
  }
  return problems;
}

function writeItem(item, problems) {
  if (item.rules) return writeGroup(item, problems);
  if (isUntouched(item)) return item.origin.node;
  return problems.has(item.id) ? null : writeRule(item);
}

function writeGroup(group, problems) {
  const { combinator, not, form } = group;
  const nodes = group.rules.map((item) => writeItem(item, problems)).filter(Boolean);
  if (!nodes.length && !(form.empty && !group.rules.length)) return null;
  const isAlone = nodes.length === 1 && (not ? form.single : form.implied);
  const inner = isAlone ? nodes[0] : operation(combinator, array(nodes));
  if (!not) return inner;
  return operation("!", form.bare ? inner : array([inner]));
}

/** The id of the line that stands at a place (RFC 6901) in the text that was written of the tree, or undefined. */
export function locate(tree, pointer, problems) {
  const steps = pointer.split("/").slice(1);
  let item = tree;
  while (item?.rules) {
    const written = item.rules.filter((one) => writeItem(one, problems));
    const isAlone = written.length === 1 && (item.not ? item.form.single : item.form.implied);
    if (item.not) {
      steps.shift();
      // The server counts what "!" negates as its first argument, in a list or not.
      if (steps[0] === "0") steps.shift();
    }
    if (!isAlone) steps.shift();
    item = isAlone ? written[0] : written[steps.shift()];
  }
  return item?.id;
}

function isUntouched(item) {
  return item.origin?.node !== undefined && mark(item) === item.origin.mark;
}

/** What two items have in common that say the same in the same way. */
function mark(item) {
  return JSON.stringify(outline(item));
}

function outline(item) {
  if (item.rules) return [item.combinator, item.not, item.form, item.rules.map(outline)];
  return [item.field, item.operator, item.value, item.unit, item.inner, item.form];
}
