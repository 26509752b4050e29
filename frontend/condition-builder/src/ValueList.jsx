/* Several values: the fact's choices to press, and where it can be something else, whatever else to type. */

import { useId, useRef, useState } from "preact/hooks";

import { Icon, KindSelect, Suggestions } from "./bits.jsx";
import { exampleOf } from "./facts.js";
import { isFilled, literalKind, normalNumber, operand } from "./operands.js";
import { kindsOf } from "./operators.js";

/** Up to so many choices are shown as buttons; more are offered while one types. */
const MOST_BUTTONS = 10;

export function ValueList({ values, fact, operator, hintId, onChange }) {
  const choices = (fact.choices ?? []).map(([name, text]) => [String(name), text]);
  const buttons = choices.length <= MOST_BUTTONS ? choices : [];
  const labels = new Map(choices);
  const isChosen = (name) => values.some((value) => value.text === name);
  const others = values.filter((value) => !buttons.some(([name]) => name === value.text));
  // What was written and is none of the choices is shown, to be taken out; the box, which then has the focus, stays.
  const hadOthers = useRef(false);
  hadOthers.current ||= others.length > 0;
  const isTyped = !fact.has_only_choices || !buttons.length || hadOthers.current;
  const isUntyped = fact.type === "any";
  const [chosenKind, setKind] = useState(values[0]?.kind ?? "text");
  const kind = isUntyped ? chosenKind : literalKind(fact.type);

  const add = (texts) => {
    const fresh = texts.filter((text, index) => !isChosen(text) && texts.indexOf(text) === index);
    if (fresh.length) onChange([...values, ...fresh.map((text) => operand(kind, text))]);
  };
  const changeKind = (name) => {
    setKind(name);
    onChange(values.map((value) => operand(name, value.text)).filter(isFilled));
  };
  const drop = (name) => onChange(values.filter((value) => value.text !== name));
  return (
    <div class="cxb-many">
      {isUntyped && <KindSelect kind={kind} kinds={kindsOf(operator)} onChange={changeKind} />}
      {buttons.map(([name, text]) => (
        <button
          key={name}
          type="button"
          class="cxb-choice"
          aria-pressed={isChosen(name)}
          onClick={() => (isChosen(name) ? drop(name) : add([name]))}
        >
          {isChosen(name) && <Icon name="check" />}
          {text}
        </button>
      ))}
      {isTyped && (
        <Typed
          others={others}
          labels={labels}
          kind={kind}
          hintId={hintId}
          hasButtons={buttons.length > 0}
          example={exampleOf(fact)}
          suggestions={choices.filter(([name]) => !isChosen(name) && !buttons.length)}
          onAdd={add}
          onDrop={drop}
        />
      )}
    </div>
  );
}

function Typed({ others, labels, kind, hintId, example, hasButtons, suggestions, onAdd, onDrop }) {
  const [text, setText] = useState("");
  const input = useRef();
  const id = useId();
  const isWrong = kind === "number" && text.trim() !== "" && split(text).some((one) => normalNumber(one) === null);

  const take = (typed) => {
    const parts = split(typed);
    if (kind === "number" && parts.some((one) => normalNumber(one) === null)) return setText(typed);
    onAdd(kind === "number" ? parts.map(normalNumber) : parts);
    return setText("");
  };
  const type = (typed) => {
    // A comma or a new line, typed or pasted, ends a value; so does choosing a suggestion.
    const isSuggested = suggestions.some(([name]) => name === typed);
    if (/[,;\n]/.test(typed) || isSuggested) take(typed);
    else setText(typed);
  };
  const press = (event) => {
    if (event.key === "Enter" && text.trim()) take(text);
    if (event.key === "Backspace" && !text && others.length) onDrop(others.at(-1).text);
  };
  return (
    <span class={`cxb-typed ${hasButtons && !others.length ? "is-aside" : ""}`} onClick={() => input.current.focus()}>
      {others.map((value) => (
        <span key={value.text} class="cxb-tag">
          <span>{labels.get(value.text) ?? value.text}</span>
          <button
            type="button"
            aria-label={`Remove ${labels.get(value.text) ?? value.text}`}
            onClick={() => {
              onDrop(value.text);
              input.current.focus();
            }}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <input
        type="text"
        ref={input}
        class="cxb-typed-input"
        aria-label="Add a value"
        aria-describedby={hintId}
        aria-invalid={isWrong || undefined}
        autocomplete="off"
        list={suggestions.length ? `${id}-suggestions` : undefined}
        placeholder={others.length ? "Add another" : hasButtons ? "Another value" : example ? `Such as ${example}` : "Type, then Enter"}
        value={text}
        onInput={(event) => type(event.target.value)}
        onKeyDown={press}
        onBlur={() => text.trim() && take(text)}
      />
      {suggestions.length > 0 && <Suggestions id={`${id}-suggestions`} choices={suggestions} />}
    </span>
  );
}

function split(typed) {
  return typed
    .split(/[,;\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
}
