/* What can be asked of a fact: the operators for each type, their words, and what each needs as its value. */

import { isFilled, literalKind, operand } from "./operands.js";

const EXACT = ["Exactly, type included", ["===", "!=="]];
const KNOWN = ["Known or not", ["known", "unknown", "truthy", "falsy"]];
/** Of a number, the others differ too little to choose between: they are offered where a condition has them. */
const KNOWN_NUMBER = ["Known or not", ["known", "unknown"]];
const ORDER = ["Order", ["<", "<=", ">", ">=", "between", "strictly_between"]];
const AGO = ["==", "!=", ">", ">=", "<", "<=", "between"];

const TEXT = [["Compare", ["==", "!=", "in", "not_in", "contains", "not_contains"]], KNOWN, EXACT, ORDER];
const DATES = [
  ["On the calendar", ["<", "<=", "==", "!=", ">", ">=", "between", "strictly_between"]],
  ["Time passed since", AGO.map((name) => `ago:${name}`)],
  ["Time left until", AGO.map((name) => `ahead:${name}`)],
  KNOWN,
  EXACT,
];

/** For each type, its operators in groups. The first one is what a new line begins with. */
const CHOICES = {
  text: TEXT,
  number: [
    ["Compare", [">=", ">", "<=", "<", "==", "!=", "between", "strictly_between", "in", "not_in"]],
    KNOWN_NUMBER,
  ],
  boolean: [["Compare", ["==", "!="]], KNOWN, EXACT],
  date: DATES,
  moment: DATES,
  list: [
    ["The list", ["contains", "not_contains"]],
    ["Each item of it", ["some", "all", "none"]],
    KNOWN,
  ],
  birthday: [["Birthday", ["birthday_today", "birthday_this_month", "birthday_month"]]],
  // What nobody declared: a custom attribute is of whatever type it is compared with.
  any: TEXT,
};

/** What is asked of one item of a list. */
export const ITEM_OPERATORS = ["in", "not_in", "==", "!=", "contains", "not_contains", "<", "<=", ">", ">="];

const LABELS = {
  "==": "is",
  "!=": "is not",
  "===": "is exactly",
  "!==": "is not exactly",
  "<": "is less than",
  "<=": "is at most",
  ">": "is more than",
  ">=": "is at least",
  between: "is between",
  strictly_between: "is strictly between",
  in: "is one of",
  not_in: "is none of",
  contains: "contains",
  not_contains: "does not contain",
  known: "is known",
  unknown: "is not known",
  truthy: "is filled in",
  falsy: "is empty or not known",
  some: "has an item that",
  all: "has only items that",
  none: "has no item that",
  "ago:==": "is exactly … ago",
  "ago:!=": "is not exactly … ago",
  "ago:===": "is exactly … ago (strict)",
  "ago:!==": "is not exactly … ago (strict)",
  "ago:>": "is more than … ago",
  "ago:>=": "is at least … ago",
  "ago:<": "is less than … ago",
  "ago:<=": "is at most … ago",
  "ago:between": "is between … ago",
  "ago:strictly_between": "is strictly between … ago",
  "ahead:==": "is in exactly …",
  "ahead:!=": "is not in exactly …",
  "ahead:===": "is in exactly … (strict)",
  "ahead:!==": "is not in exactly … (strict)",
  "ahead:>": "is in more than …",
  "ahead:>=": "is in at least …",
  "ahead:<": "is in less than …",
  "ahead:<=": "is in at most …",
  "ahead:between": "is in between …",
  "ahead:strictly_between": "is strictly between … away",
  birthday_today: "is today",
  birthday_this_month: "is in this month",
  birthday_month: "is in",
};

const LABELS_OF_TYPE = {
  date: { "<": "is before", "<=": "is on or before", "==": "is on", "!=": "is not on", ">": "is after", ">=": "is on or after" },
  number: { truthy: "is known and not zero", falsy: "is zero or not known" },
  boolean: { truthy: "is yes", falsy: "is no or not known" },
  list: { truthy: "is not empty", falsy: "is empty" },
};
LABELS_OF_TYPE.moment = LABELS_OF_TYPE.date;

export function operatorLabel(operator, type) {
  return LABELS_OF_TYPE[type]?.[operator] ?? LABELS[operator];
}

/** [[group, [operator, …]], …] for a type; `present` is among them even where it is unusual. */
export function operatorChoices(type, present) {
  const choices = CHOICES[type] ?? CHOICES.any;
  const isOffered = !present || choices.some(([, operators]) => operators.includes(present));
  return isOffered ? choices : [...choices, ["As it is written", [present]]];
}

/** What stands right of an operator: "none", "one", "two", "many", "month", "item". */
export function shapeOf(operator) {
  const plain = operator.replace(/^(?:ago|ahead):/, "");
  if (["known", "unknown", "truthy", "falsy", "birthday_today", "birthday_this_month"].includes(plain)) return "none";
  if (["between", "strictly_between"].includes(plain)) return "two";
  if (["in", "not_in"].includes(plain)) return "many";
  if (["some", "all", "none"].includes(plain)) return "item";
  return plain === "birthday_month" ? "month" : "one";
}

/** Is the value an amount of time and not a date? */
export function isMeasured(operator) {
  return operator.includes(":");
}

function kindFor(type, operator, former) {
  if (isMeasured(operator) || operator === "birthday_month") return "number";
  if (operator === "contains" || operator === "not_contains") return "text";
  if (type !== "any") return literalKind(type);
  return kindsOf(operator).includes(former?.kind) ? former.kind : "text";
}

/** As what a value can be compared where nobody declared the type of the fact: yes and no have no order. */
export function kindsOf(operator) {
  const isEquality = ["==", "!=", "===", "!=="].includes(operator);
  return isEquality ? ["text", "number", "boolean"] : ["text", "number"];
}

function blank(kind) {
  return operand(kind, kind === "boolean" ? "true" : "");
}

/** The line with another operator; the value is taken along as far as it fits. */
export function withOperator(rule, operator, type) {
  const { id, field, origin } = rule;
  const shape = shapeOf(operator);
  const isTakenAlong = rule.operator && isMeasured(rule.operator) === isMeasured(operator);
  const former = isTakenAlong ? [rule.value ?? []].flat() : [];
  const kind = kindFor(type, operator, former[0]);
  const isFitting = (value) => value.kind === kind || (shape !== "many" && ["today", "now"].includes(value.kind));
  const fitting = former.filter(isFitting);
  const form = rule.form.flipped && shape === "one" && shapeOf(rule.operator) === "one" ? { flipped: true } : {};
  const line = { id, field, operator, form: rule.form.varList ? { ...form, varList: true } : form, origin };
  if (isMeasured(operator)) line.unit = operator.startsWith("ago:") ? (rule.unit ?? "days") : "days";
  if (shape === "one") line.value = fitting[0] ?? blank(kind);
  if (shape === "two") line.value = [fitting[0] ?? blank(kind), fitting[1] ?? blank(kind)];
  if (shape === "many") line.value = fitting.filter(isFilled);
  if (shape === "month") line.value = operand("number", "1");
  if (shape === "item") line.inner = rule.inner ?? { operator: "in", value: [], form: {} };
  return line;
}

/** The line about another fact. The comparison stays where both facts can be asked the same. */
export function withFact(rule, handle, type, formerType) {
  const moved = { ...rule, field: handle };
  if (rule.operator && type === formerType) return moved;
  const operator = operatorChoices(type)[0][1][0];
  return withOperator({ ...moved, operator: "", value: undefined, inner: undefined, form: {} }, operator, type);
}

/** The comparison of each item with another operator. */
export function withItemOperator(inner, operator) {
  const { value, form } = withOperator({ ...inner, field: "" }, operator, "text");
  return { operator, value, form };
}

/** The sentence that says what an unfinished line lacks, or null. */
export function problemOf(rule) {
  if (rule.operator === "json") return null;
  if (!rule.field) return "Choose a fact.";
  const { operator, value } = rule.inner ?? rule;
  const shape = shapeOf(operator);
  const values = [value ?? []].flat();
  if (shape === "many" && !values.length) return "Add at least one value.";
  if (values.every(isFilled)) return null;
  if (values.some((one) => one.kind === "number" && one.text.trim() && !isFilled(one))) return "Enter a number, such as 100.50.";
  return shape === "two" ? "Enter both ends." : "Enter a value.";
}
