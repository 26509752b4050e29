/* What is read is written again: the very text where nothing changed, the same condition where something did. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isNothing, locate, newLine, read, write } from "../src/conversion.js";
import { isSame, JsonError, MAX_DEPTH, parse, print } from "../src/json.js";
import { operand } from "../src/operands.js";
import { Maker, OPAQUE, WRITTEN } from "./conditions.js";

const CONDITIONS = 5_000;

/** Every item on its own, so that nothing is taken from the node it was read from. */
function anew(item) {
  const { origin, ...rest } = item;
  if (item.rules) return { ...rest, rules: item.rules.map(anew) };
  return item.operator === "json" || write({ ...around(item) }).problems.size ? item : rest;
}

function around(item) {
  const { origin, ...rest } = item;
  return { id: "root", combinator: "and", not: false, rules: [rest], form: { implied: true } };
}

function lines(item) {
  return item.rules ? item.rules.flatMap(lines) : [item];
}

test("an untouched condition keeps its text, byte for byte", () => {
  const texts = [...WRITTEN, ...OPAQUE, "", " \n", "null", "{ }", '{"==" : [ {"var":"x"},\n\t1.0 ] }', ...made()];
  for (const text of texts) {
    const { text: written, problems } = write(read(text));
    assert.equal(written, text);
    assert.equal(problems.size, 0);
  }
});

test("a condition that is written anew says the same", () => {
  for (const text of [...WRITTEN, ...OPAQUE, ...made()]) {
    const tree = anew(read(text));
    assert.ok(isSame(parse(write(tree).text), parse(text)), `${text} became ${write(tree).text}`);
  }
});

test("each documented shape has a line of its own", () => {
  for (const text of WRITTEN) {
    assert.deepEqual(
      lines(read(text)).filter((line) => line.operator === "json"),
      [],
      text,
    );
  }
});

test("what no line can say is a part, and only that part", () => {
  for (const text of OPAQUE) {
    const tree = read(`{"and":[{"==":[{"var":"gender"},"female"]},${text}]}`);
    assert.deepEqual(
      tree.rules.map((line) => line.operator),
      ["==", "json"],
      text,
    );
  }
});

test("the rest keeps its digits and escapes when one line changes", () => {
  const tree = read('{"or":[{"==":[{"var":"a"},1.0]},{"==":[{"var":"b"},"\\u00e9"]},{"+":[1e3]},{"==":[{"var":"c"},3]}]}');
  const rules = tree.rules.with(3, { ...tree.rules[3], value: operand("number", "4") });
  const { text } = write({ ...tree, rules });
  assert.equal(
    text,
    '{"or": [\n  {"==": [{"var": "a"}, 1.0]},\n  {"==": [{"var": "b"}, "\\u00e9"]},\n  {"+": [1e3]},\n  {"==": [{"var": "c"}, 4]}\n]}',
  );
});

test("a change that is taken back gives the text back", () => {
  const text = '{"==":[{"var":"x"},  1.50]}';
  const tree = read(text);
  const changed = { ...tree, rules: [{ ...tree.rules[0], value: operand("number", "2") }] };
  assert.equal(write(changed).text, '{"==": [{"var": "x"}, 2]}');
  assert.equal(write({ ...changed, rules: [{ ...changed.rules[0], value: operand("number", "1.50") }] }).text, text);
});

test("the order of the operands stays when the value changes", () => {
  const tree = read('{"===":["female",{"var":"gender"}]}');
  const rules = [{ ...tree.rules[0], value: operand("text", "male") }];
  assert.equal(write({ ...tree, rules }).text, '{"===": ["male", {"var": "gender"}]}');
});

test("an unfinished line is named and left out", () => {
  const tree = read('{"==":[{"var":"x"},1]}');
  const line = newLine();
  const { text, problems } = write({ ...tree, rules: [...tree.rules, line] });
  assert.equal(text, '{"==":[{"var":"x"},1]}'.replaceAll(":", ": ").replace(",", ", "));
  assert.deepEqual([...problems], [[line.id, "Choose a fact."]]);
});

test("a second line puts both into a group, and the last one removed leaves nothing", () => {
  const tree = read('{"==": [{"var": "x"}, 1]}');
  const two = { ...tree, rules: [tree.rules[0], { ...tree.rules[0], id: "other" }] };
  assert.equal(write(two).text, '{"and": [{"==": [{"var": "x"}, 1]}, {"==": [{"var": "x"}, 1]}]}');
  assert.equal(write({ ...tree, rules: [] }).text, "");
  assert.equal(write({ ...tree, not: true, combinator: "or" }).text, '{"!": [{"or": [{"==": [{"var": "x"}, 1]}]}]}');
});

test("a place in the text is found in the tree", () => {
  const field = (text, pointer, problems = new Map()) => {
    const tree = read(text);
    const id = locate(tree, pointer, problems);
    return lines(tree).find((line) => line.id === id)?.field;
  };
  const a = '{"==":[{"var":"a"},1]}';
  const b = '{"==":[{"var":"b"},1]}';
  assert.equal(field(a, "/==/0/var"), "a");
  assert.equal(field(`{"and":[${a},${b}]}`, "/and/1/==/1"), "b");
  assert.equal(field(`{"and":[${a},{"!":[{"or":[${a},${b}]}]}]}`, "/and/1/!/0/or/1/==/0"), "b");
  assert.equal(field(`{"and":[{"!":{"or":[${a},${b}]}}]}`, "/and/0/!/0/or/1"), "b");
  assert.equal(field(`{"!":[${b}]}`, "/!/0/==/0"), "b");
  assert.equal(field(`{"and":[${a}]}`, "/and/7"), undefined);
  assert.equal(field(`{"and":[${a}]}`, "/and"), undefined);
  const tree = read(`{"and":[${a},${b}]}`);
  const line = newLine();
  const longer = { ...tree, rules: [line, ...tree.rules] };
  assert.equal(locate(longer, "/and/1", write(longer).problems), tree.rules[1].id);
});

test("nothing is nothing", () => {
  for (const text of ["", " ", "null", "{}", " { } "]) assert.ok(isNothing(text));
  for (const text of ["0", "[]", "false", '{"a":1}', "nul"]) assert.ok(!isNothing(text));
});

test("what is no JSON is refused with the place", () => {
  const refused = {
    '{"==": [1, 2}': /A comma or “]” is missing \(line 1, column 13\)/,
    '{\n  "==" [1]}': /A colon is missing \(line 2, column 8\)/,
    "{'a': 1}": /A name in double quotes is missing \(line 1, column 2\)/,
    "[1, 2": /A comma or “]” is missing/,
    "[1,": /ends too early/,
    "{} {}": /Something stands after the end/,
    "[NaN]": /missing or mistyped/,
    "[01]": /A comma/,
    '["\\x"]': /missing or mistyped/,
    '["a\nb"]': /missing or mistyped/,
  };
  for (const [text, message] of Object.entries(refused)) assert.throws(() => read(text), message);
});

test("absurd nesting is refused, not followed", () => {
  const deep = (levels) => '{"!":'.repeat(levels) + "true" + "}".repeat(levels);
  assert.throws(() => read(deep(100_000)), JsonError);
  assert.throws(() => read("[".repeat(100_000)), JsonError);
  assert.equal(write(read(deep(MAX_DEPTH))).text, deep(MAX_DEPTH));
});

test("JSON is read as JSON.parse reads it, and printed so that it reads the same", () => {
  for (const text of made(2_000)) {
    assert.deepEqual(JSON.parse(print(parse(text))), JSON.parse(text));
    assert.ok(isSame(parse(print(parse(text))), parse(text)));
  }
});

function* made(count = CONDITIONS) {
  const maker = new Maker(20_261_122);
  for (let index = 0; index < count; index += 1) yield maker.condition(4);
}
