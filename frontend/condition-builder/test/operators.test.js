/* Changing a fact or an operator takes along what fits, and never writes what the server could not read. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { newLine, read, write } from "../src/conversion.js";
import { aboutFact, Facts } from "../src/facts.js";
import { parse } from "../src/json.js";
import { normalNumber, operand } from "../src/operands.js";
import { ITEM_OPERATORS, operatorChoices, operatorLabel, problemOf, shapeOf, withFact, withItemOperator, withOperator } from "../src/operators.js";

const TYPES = ["text", "number", "boolean", "date", "moment", "list", "any", "birthday"];
const offered = (type) => operatorChoices(type).flatMap(([, names]) => names);
const FILLED = { text: operand("text", "a"), number: operand("number", "1"), boolean: operand("boolean", "true") };

/** Fills in whatever the line still lacks. */
function filled(line) {
  const fill = (value) => FILLED[value.kind] ?? value;
  const { shape, target } = line.inner
    ? { shape: shapeOf(line.inner.operator), target: line.inner }
    : { shape: shapeOf(line.operator), target: line };
  const value = shape === "many" ? [FILLED.text] : Array.isArray(target.value) ? target.value.map(fill) : target.value && fill(target.value);
  return line.inner ? { ...line, inner: { ...target, value } } : { ...line, value };
}

function written(line) {
  return write({ id: "root", combinator: "and", not: false, rules: [line], form: { implied: true } }).text;
}

test("every operator of every type has a label, and writes what is read as that operator again", () => {
  for (const type of TYPES) {
    for (const operator of offered(type)) {
      assert.ok(operatorLabel(operator, type), operator);
      const handle = type === "birthday" ? "@birthday" : "fact";
      const line = filled(withOperator(withFact(newLine(), handle, type), operator, type));
      assert.equal(problemOf(line), null, operator);
      const [again] = read(written(line)).rules;
      assert.equal(again.operator, operator, written(line));
    }
  }
});

test("every operator can follow every other", () => {
  for (const type of TYPES) {
    for (const former of offered(type)) {
      for (const operator of offered(type)) {
        const line = filled(withOperator(filled(withOperator({ ...newLine(), field: "fact" }, former, type)), operator, type));
        assert.doesNotThrow(() => parse(written(line)), `${former} then ${operator}`);
      }
    }
  }
});

test("every operator on items can follow every other", () => {
  for (const former of ITEM_OPERATORS) {
    for (const operator of ITEM_OPERATORS) {
      const inner = withItemOperator(withItemOperator({ operator: "in", value: [], form: {} }, former), operator);
      const line = filled({ ...newLine(), field: "tags", operator: "some", inner });
      assert.equal(read(written(line)).rules[0].inner.operator, operator);
    }
  }
});

test("a value is taken along where it fits", () => {
  const line = { ...withFact(newLine(), "spent", "number"), value: operand("number", "10") };
  assert.deepEqual(withOperator(line, "<", "number").value, operand("number", "10"));
  assert.deepEqual(withOperator(line, "between", "number").value, [operand("number", "10"), operand("number")]);
  assert.deepEqual(withOperator(line, "in", "number").value, [operand("number", "10")]);
  assert.deepEqual(withFact(line, "visits", "number", "number").value, operand("number", "10"));
  assert.deepEqual(withFact(line, "email", "text", "number").value, operand("text"));
  assert.equal(withOperator(line, "known", "number").value, undefined);
});

test("an operator that is read but not offered stays among the choices", () => {
  assert.ok(!offered("list").includes("<"));
  assert.deepEqual(operatorChoices("list", "<").at(-1), ["As it is written", ["<"]]);
});

test("a number is what JSON calls one", () => {
  const typed = { " 5 ": "5", ".5": "0.5", "+5": "5", "-.50": "-0.50", "007": "7", "1.": "1", "1e3": "1e3", "0": "0", "1.0": "1.0" };
  for (const [text, expected] of Object.entries(typed)) assert.equal(normalNumber(text), expected);
  for (const text of ["", ".", "-", "1,5", "1 000", "NaN", "Infinity", "0x1", "e5", "five"]) assert.equal(normalNumber(text), null);
});

test("what a line lacks is said in a sentence", () => {
  const line = withFact(newLine(), "spent", "number");
  assert.equal(problemOf(newLine()), "Choose a fact.");
  assert.equal(problemOf(line), "Enter a value.");
  assert.equal(problemOf({ ...line, value: operand("number", "x") }), "Enter a number, such as 100.50.");
  assert.equal(problemOf(withOperator(line, "between", "number")), "Enter both ends.");
  assert.equal(problemOf(withOperator(line, "in", "number")), "Add at least one value.");
  assert.equal(problemOf(withFact(newLine(), "tags", "list", "number")), "Enter a value.");
});

test("facts are found by their words, and handles of open namespaces can be typed", () => {
  const facts = new Facts([
    { handle: "gender", label: "Gender", type: "text", group: "Customer", example: "female" },
    { handle: "aggregations.spend_12m", label: "Spent", type: "number", group: "Purchases", help: "In dollars." },
    { handle: "email", label: "E-mail", type: "text", group: "Customer" },
  ]);
  const handles = (typed) => facts.search(typed).map((fact) => fact.handle);
  assert.deepEqual(handles(""), ["gender", "email", "aggregations.spend_12m", "@birthday"]);
  assert.deepEqual(handles("12M spent"), ["aggregations.spend_12m"]);
  assert.deepEqual(handles("custom_attributes.a.b"), ["custom_attributes.a.b"]);
  assert.deepEqual(handles("custom_attributes."), []);
  assert.equal(facts.get("profile.gender").label, "Gender");
  assert.equal(facts.get("context.store").isUnknown, false);
  assert.equal(facts.get("gendr").isUnknown, true);
  assert.equal(aboutFact(facts.get("aggregations.spend_12m")), "In dollars.");
  assert.equal(aboutFact({ example: ["vip", "gold"] }), "Example: vip, gold.");
});

test("of a number, what differs too little is offered only where it stands already", () => {
  assert.deepEqual(offered("number").filter((name) => ["===", "!==", "truthy", "falsy"].includes(name)), []);
  for (const name of ["===", "truthy"]) assert.ok(operatorChoices("number", name).flatMap(([, names]) => names).includes(name));
});

test("facts are found by the words that people say, those with the words in the label first", () => {
  const facts = new Facts([
    { handle: "a", label: "Days with a loyal", type: "number", group: "Spend" },
    { handle: "spend_12m", label: "Spend in the last 12 months", type: "number", group: "Purchases" },
    { handle: "shop_date", label: "Latest purchase", type: "date", group: "Purchases" },
    { handle: "systems", label: "Systems", type: "list", group: "Identities", example: ["loyalty-card"] },
  ]);
  const found = (typed) => facts.search(typed).map((fact) => fact.handle);
  assert.deepEqual(found("spent"), ["spend_12m", "a"]);
  assert.deepEqual(found("spend"), ["spend_12m", "a"]);
  assert.deepEqual(found("last purchase").includes("shop_date"), true);
  assert.deepEqual(found("loyalty"), ["systems"]);
  assert.deepEqual(found("nothing of this"), []);
});
