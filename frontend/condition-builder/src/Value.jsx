/* What a fact is compared with: the box that fits its type. */

import { useId } from "preact/hooks";

import { KindSelect, Select, Suggestions } from "./bits.jsx";
import { DateBox } from "./DateBox.jsx";
import { exampleOf } from "./facts.js";
import { isFilled, literalKind, operand } from "./operands.js";
import { isMeasured, kindsOf, shapeOf } from "./operators.js";
import { ValueList } from "./ValueList.jsx";

const UNITS = [
  ["days", "days"],
  ["months", "months"],
];

/** `line` has operator, value and perhaps unit; `onChange` takes what changes of them. */
export function Value({ line, fact, hintId, onChange }) {
  const { operator, value } = line;
  const shape = shapeOf(operator);
  const box = { fact, operator, hintId };
  if (shape === "none") return null;
  return (
    <div class={`cxb-value is-${shape}`}>
      {shape === "many" && <ValueList {...box} values={value} onChange={(values) => onChange({ value: values })} />}
      {shape === "month" && <Month value={value} onChange={(one) => onChange({ value: one })} />}
      {shape === "one" && <Single {...box} label="Value" value={value} onChange={(one) => onChange({ value: one })} />}
      {shape === "two" && <Pair {...box} value={value} onChange={(pair) => onChange({ value: pair })} />}
      {isMeasured(operator) && <Unit line={line} onChange={onChange} />}
    </div>
  );
}

function Pair({ value, onChange, ...box }) {
  return (
    <>
      <Single {...box} label="From" value={value[0]} onChange={(one) => onChange([one, value[1]])} />
      <span class="cxb-quiet">and</span>
      <Single {...box} label="To" value={value[1]} onChange={(one) => onChange([value[0], one])} />
    </>
  );
}

function Unit({ line, onChange }) {
  const isAgo = line.operator.startsWith("ago:");
  return (
    <>
      {isAgo ? (
        <Select class="cxb-unit" label="Unit" value={line.unit} options={UNITS} onChange={(unit) => onChange({ unit })} />
      ) : (
        <span class="cxb-quiet">days</span>
      )}
      <span class="cxb-quiet">{isAgo ? "ago" : "from today"}</span>
    </>
  );
}

function Single({ value, fact, operator, label, hintId, onChange }) {
  const isText = operator === "contains" || operator === "not_contains";
  if (isMeasured(operator)) return <Box kind="number" {...{ value, label, hintId, onChange }} />;
  if ((fact.type === "date" || fact.type === "moment") && value.kind !== "number") {
    return <DateBox hasTime={fact.type === "moment"} {...{ value, label, hintId, onChange }} />;
  }
  if (value.kind === "today" || value.kind === "now") return <DateBox hasTime {...{ value, label, hintId, onChange }} />;
  if (fact.type === "boolean" || (value.kind === "boolean" && fact.type !== "any")) return <YesNo {...{ value, label, onChange }} />;
  const choices = isText && fact.type !== "list" ? [] : (fact.choices ?? []);
  if (choices.length && fact.has_only_choices) return <Choice {...{ value, fact, label, hintId, onChange }} />;
  if (fact.type === "any" && !isText) return <Untyped {...{ value, operator, label, hintId, onChange }} />;
  const kind = isText ? "text" : literalKind(fact.type);
  return <Box kind={kind} example={exampleOf(fact)} suggestions={choices} {...{ value, label, hintId, onChange }} />;
}

/** Nobody declared the type of the fact: it is read as the type of what it is compared with. */
function Untyped({ value, operator, label, hintId, onChange }) {
  const changeKind = (kind) => onChange(operand(kind, kind === "boolean" ? "true" : value.text));
  return (
    <>
      <KindSelect kind={value.kind} kinds={kindsOf(operator)} onChange={changeKind} />
      {value.kind === "boolean" ? (
        <YesNo {...{ value, label, onChange }} />
      ) : (
        <Box kind={value.kind} {...{ value, label, hintId, onChange }} />
      )}
    </>
  );
}

function Box({ kind, value, label, hintId, example, suggestions = [], onChange }) {
  const isWrong = kind === "number" && value.text.trim() !== "" && !isFilled(operand("number", value.text));
  const id = useId();
  return (
    <>
      <input
        type="text"
        class={`cxb-input ${kind === "number" ? "is-number" : ""}`}
        inputMode={kind === "number" ? "decimal" : undefined}
        aria-label={label}
        aria-describedby={hintId}
        aria-invalid={isWrong || undefined}
        autocomplete="off"
        list={suggestions.length ? id : undefined}
        placeholder={example ? `Such as ${example}` : undefined}
        value={value.text}
        onInput={(event) => onChange(operand(kind, event.target.value))}
      />
      {suggestions.length > 0 && <Suggestions id={id} choices={suggestions} />}
    </>
  );
}

function YesNo({ value, label, onChange }) {
  const options = [
    ["true", "Yes"],
    ["false", "No"],
  ];
  const present = options.some(([name]) => name === value.text) ? options : [[value.text, value.text || "Choose"], ...options];
  return <Select label={label} value={value.text} options={present} onChange={(text) => onChange(operand("boolean", text))} />;
}

/** One of the fact's choices, which are all that it can be; what was written and is none of them stays among them. */
function Choice({ value, fact, label, hintId, onChange }) {
  const isListed = fact.choices.some(([name]) => String(name) === value.text);
  const options = fact.choices.map(([name, text]) => [String(name), text]);
  const all = isListed ? options : [[value.text, value.text || "Choose…"], ...options];
  const kind = fact.type === "any" || fact.type === "list" ? "text" : literalKind(fact.type);
  return <Select label={label} value={value.text} options={all} aria-describedby={hintId} onChange={(text) => onChange(operand(kind, text))} />;
}

function Month({ value, onChange }) {
  const language = document.documentElement.lang || "en";
  const name = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" });
  const options = Array.from({ length: 12 }, (_, month) => [String(month + 1), name.format(Date.UTC(2000, month, 1))]);
  return <Select label="Month" value={value.text} options={options} onChange={(text) => onChange(operand("number", text))} />;
}
