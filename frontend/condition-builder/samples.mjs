/* Every operator that the builder offers, for a fact of each type, with every kind of value: what the server must take. */

import { newLine, write } from "./src/conversion.js";
import { operand } from "./src/operands.js";
import { isMeasured, ITEM_OPERATORS, kindsOf, operatorChoices, shapeOf, withFact, withItemOperator, withOperator } from "./src/operators.js";

const FACTS = {
  text: "first_name",
  number: "birth_year",
  boolean: "is_completed",
  date: "aggregations.spend_first_date",
  moment: "joined_at",
  list: "flattened_tags",
  any: "custom_attributes.sport.club",
  birthday: "@birthday",
};
const WORDS = { text: "abc", number: "12.50", boolean: "true" };
const DAY = operand("text", "2026-05-01");
const MOMENT = operand("text", "2026-05-01 09:30:00");
const DATES = {
  date: [DAY, operand("today")],
  moment: [DAY, MOMENT, operand("today"), operand("now")],
};

/** The conditions, as values of JSON. */
export function samples() {
  const lines = Object.entries(FACTS).flatMap(([type, handle]) => {
    const operators = operatorChoices(type).flatMap(([, names]) => names);
    return operators.flatMap((operator) => filled(withOperator(withFact(newLine(), handle, type), operator, type), type));
  });
  return lines.map((line) => JSON.parse(textOf(line)));
}

function textOf(line) {
  return write({ id: "root", combinator: "and", not: false, rules: [line], form: { implied: true } }).text;
}

/** The line with every value that it can have. */
function filled(line, type) {
  if (line.inner) return ITEM_OPERATORS.flatMap((operator) => filledItem(line, operator));
  const units = line.operator.startsWith("ago:") ? ["days", "months"] : [line.unit];
  const values = valuesOf(line.operator, type);
  return units.flatMap((unit) => values.map((value) => ({ ...line, unit, value: shaped(line, value) })));
}

function filledItem(line, operator) {
  const inner = withItemOperator(line.inner, operator);
  return [{ ...line, inner: { ...inner, value: shaped(inner, operand("text", "vip")) } }];
}

function valuesOf(operator, type) {
  if (shapeOf(operator) === "none") return [undefined];
  if (isMeasured(operator) || type === "birthday") return [operand("number", "3")];
  if (type in DATES) return DATES[type];
  const isText = operator === "contains" || operator === "not_contains" || type === "list";
  const kinds = type === "any" ? kindsOf(operator) : [type];
  return (isText ? ["text"] : kinds).map((kind) => operand(kind, WORDS[kind]));
}

function shaped({ operator }, value) {
  const shape = shapeOf(operator);
  if (shape === "many") return [value];
  return shape === "two" ? [value, value] : value;
}
