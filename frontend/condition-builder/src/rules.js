/*
 * One comparison ⇄ one line of the builder:
 *   {field, operator, value, unit?, inner?, form}
 * `value` is an operand, a pair or a list of them, or nothing, as the operator asks (operators.js). `form` remembers how the
 * comparison was written where JSON Logic has several ways, so that editing the value of a line changes nothing else of it.
 */

import { array, isSame, operation, string, word } from "./json.js";
import { readOperand, writeOperand } from "./operands.js";

export const BIRTHDAY = "@birthday";

// Without a prototype: "constructor" is no operator.
const MIRRORED = { __proto__: null, "==": "==", "!=": "!=", "===": "===", "!==": "!==", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const OPPOSITE = { in: "not_in", contains: "not_contains" };
const QUANTIFIERS = ["some", "all", "none"];
const INNER = [...Object.keys(MIRRORED), "in", "not_in", "contains", "not_contains", "between", "strictly_between"];
const MEASURES = {
  __proto__: null,
  days_since: { side: "ago", unit: "days" },
  months_since: { side: "ago", unit: "months" },
  days_until: { side: "ahead", unit: "days" },
};

/** The line that a node is, or null if no line would write exactly that node again. */
export function readRule(node) {
  const rule = recognise(node);
  return rule && rule.field !== "" && isSame(writeRule(rule), node) ? rule : null;
}

function recognise(node) {
  const call = readCall(node);
  if (!call) return null;
  const { name, args } = call;
  const form = call.isBare ? { bare: true } : {};
  if (name === "var") return { ...readSubject(node), operator: "truthy", form: { plain: true } };
  if (name in MIRRORED) return args.length === 3 ? readChain(name, args) : readComparison(name, args);
  if (name === "between") return readBetween(args);
  if (name === "in" || name === "not_in") return readIn(name, args);
  if (name === "!!") return readTruth("truthy", args, form);
  if (name === "!") return readNegated(args[0], form) ?? readTruth("falsy", args, form);
  if (QUANTIFIERS.includes(name)) return readQuantifier(name, args);
  return readBirthday(name, args);
}

function readCall(node) {
  if (node.type !== "object" || node.entries.length !== 1) return null;
  const [[name, argument]] = node.entries;
  const isBare = argument.type !== "array";
  return { name, args: isBare ? [argument] : argument.items, isBare };
}

/** The fact that a comparison is about, perhaps inside a measure such as days_since. */
function readSubject(node) {
  const call = node && readCall(node);
  if (!call || call.args.length !== 1) return null;
  if (call.name === "var" && call.args[0].type === "string") {
    return { field: call.args[0].value, form: call.isBare ? {} : { varList: true } };
  }
  if (!(call.name in MEASURES)) return null;
  const inner = readSubject(call.args[0]);
  if (!inner || inner.measure) return null;
  return { ...inner, measure: call.name, form: { ...inner.form, ...(call.isBare ? { measureBare: true } : {}) } };
}

/** The line about a subject; a measured one is put as "ago" or "ahead" with its unit. */
function line(subject, operator, value, form = {}) {
  const { field, measure } = subject;
  const rule = { field, operator, value, form: { ...subject.form, ...form } };
  return measure
    ? { ...rule, operator: `${MEASURES[measure].side}:${operator}`, unit: MEASURES[measure].unit }
    : rule;
}

function readComparison(name, args) {
  if (args.length !== 2) return null;
  const left = readSubject(args[0]);
  const subject = left ?? readSubject(args[1]);
  const value = subject && readOperand(left ? args[1] : args[0]);
  if (!value) return null;
  const form = left ? {} : { flipped: true };
  if (value.kind === "null") return readKnown(name, subject, form);
  return line(subject, left ? name : MIRRORED[name], value, form);
}

function readKnown(name, subject, form) {
  const operator = { "==": "unknown", "===": "unknown", "!=": "known", "!==": "known" }[name];
  if (!operator || subject.measure) return null;
  return line(subject, operator, undefined, name.length === 3 ? { ...form, strict: true } : form);
}

function readChain(name, [low, middle, high]) {
  const subject = readSubject(middle);
  const value = [readOperand(low), readOperand(high)];
  if (!subject || !value.every(Boolean)) return null;
  if (name === "<") return line(subject, "strictly_between", value);
  return name === "<=" ? line(subject, "between", value, { chain: true }) : null;
}

function readBetween(args) {
  const subject = readSubject(args[0]);
  const value = args.slice(1).map(readOperand);
  return subject && value.length === 2 && value.every(Boolean) ? line(subject, "between", value) : null;
}

function readIn(name, [one, other]) {
  if (!one || !other) return null;
  const negation = name === "in" ? "" : "not_";
  const list = readSubject(other);
  const value = list && readOperand(one);
  if (value) return list.measure ? null : line(list, `${negation}contains`, value);
  const subject = readSubject(one);
  if (!subject || subject.measure || other.type !== "array") return null;
  const values = other.items.map(readOperand);
  return values.every(Boolean) ? line(subject, `${negation}in`, values) : null;
}

/** "not in", which JSON Logic itself can only write as the negation of "in". */
function readNegated(node, form) {
  const call = node && readCall(node);
  const rule = call?.name === "in" ? readIn("in", call.args) : null;
  return rule && { ...rule, operator: OPPOSITE[rule.operator], form: { ...rule.form, negated: form.bare ? "bare" : "list" } };
}

function readTruth(operator, args, form) {
  const subject = readSubject(args[0]);
  return subject && !subject.measure && args.length === 1 ? line(subject, operator, undefined, form) : null;
}

function readQuantifier(name, args) {
  const subject = readSubject(args[0]);
  const inner = args.length === 2 ? recognise(args[1]) : null;
  if (!subject || subject.measure || !inner || inner.field !== "" || !INNER.includes(inner.operator)) return null;
  const { operator, value, form } = inner;
  return { ...line(subject, name, undefined), inner: { operator, value, form } };
}

function readBirthday(name, args) {
  if (name === "is_birthday_today") return { field: BIRTHDAY, operator: "birthday_today", form: {} };
  if (name !== "birthday_in_month") return null;
  if (args.length === 0) return { field: BIRTHDAY, operator: "birthday_this_month", form: {} };
  const value = readOperand(args[0]);
  return value?.kind === "number" ? { field: BIRTHDAY, operator: "birthday_month", value, form: {} } : null;
}

/** The node that a finished line stands for. */
export function writeRule(rule) {
  const { operator, value, form } = rule;
  const subject = writeSubject(rule);
  const [, plain] = /^(?:ago:|ahead:)?(.*)$/.exec(operator);
  if (plain in MIRRORED) return writeComparison(plain, subject, writeOperand(value), form);
  switch (plain) {
    case "known":
    case "unknown":
      return writeComparison(`${plain === "known" ? "!=" : "=="}${form.strict ? "=" : ""}`, subject, word("null"), form);
    case "between":
    case "strictly_between":
      return writeBetween(plain, subject, value.map(writeOperand), form);
    case "in":
    case "not_in":
      return writeIn(plain === "not_in", [subject, array(value.map(writeOperand))], form);
    case "contains":
    case "not_contains":
      return writeIn(plain === "not_contains", [writeOperand(value), subject], form);
    case "truthy":
    case "falsy":
      return writeTruth(plain, subject, form);
    case "birthday_today":
      return operation("is_birthday_today", array([]));
    case "birthday_this_month":
      return operation("birthday_in_month", array([]));
    case "birthday_month":
      return operation("birthday_in_month", array([writeOperand(value)]));
    default:
      return operation(plain, array([subject, writeRule({ ...rule.inner, field: "" })]));
  }
}

function writeSubject({ field, operator, unit, form }) {
  const name = string(field);
  const fact = operation("var", form.varList ? array([name]) : name);
  const side = operator.split(":")[0];
  const found = Object.entries(MEASURES).find(([, measure]) => measure.side === side && measure.unit === unit);
  if (!operator.includes(":") || !found) return fact;
  return operation(found[0], form.measureBare ? fact : array([fact]));
}

function writeComparison(name, subject, value, form) {
  return form.flipped
    ? operation(MIRRORED[name], array([value, subject]))
    : operation(name, array([subject, value]));
}

function writeBetween(name, subject, [low, high], form) {
  if (name === "strictly_between") return operation("<", array([low, subject, high]));
  return form.chain ? operation("<=", array([low, subject, high])) : operation("between", array([subject, low, high]));
}

function writeIn(isNegative, args, form) {
  if (!isNegative) return operation("in", array(args));
  if (!form.negated) return operation("not_in", array(args));
  const inner = operation("in", array(args));
  return operation("!", form.negated === "bare" ? inner : array([inner]));
}

function writeTruth(name, subject, form) {
  if (form.plain) return subject;
  return operation(name === "truthy" ? "!!" : "!", form.bare ? subject : array([subject]));
}
