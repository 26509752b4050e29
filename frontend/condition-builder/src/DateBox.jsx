/* A date, a moment, or the day on which the question is asked. */

import { Select } from "./bits.jsx";
import { operand } from "./operands.js";

/** As conditions write them: a date, or a moment in UTC. */
const PLAIN = /^(\d{4}-\d{2}-\d{2})?(?: (\d{2}:\d{2}:\d{2}))?$/;

export function DateBox({ value, hasTime, label, hintId, onChange }) {
  const choices = [["text", "the date"], ["today", "today"], ...(hasTime ? [["now", "now"]] : [])];
  const kind = ["today", "now"].includes(value.kind) ? value.kind : "text";
  return (
    <span class="cxb-date">
      <Select
        class="cxb-date-kind"
        label={`${label}: a date, or the day of asking`}
        value={kind}
        options={choices.some(([name]) => name === kind) ? choices : [...choices, [kind, kind]]}
        onChange={(name) => onChange(operand(name, ""))}
      />
      {kind === "text" && <Literal {...{ value, hasTime, label, hintId, onChange }} />}
    </span>
  );
}

/** Boxes for the day and the time. What is written otherwise, with a zone for example, stays text. */
function Literal({ value, hasTime, label, hintId, onChange }) {
  const found = PLAIN.exec(value.text);
  if (!found || (found[2] && !hasTime)) {
    return (
      <input
        type="text"
        class="cxb-input"
        aria-label={label}
        aria-describedby={hintId}
        value={value.text}
        onInput={(event) => onChange(operand("text", event.target.value))}
      />
    );
  }
  const [, day = "", time = ""] = found;
  const write = (newDay, newTime) => onChange(operand("text", newDay && newTime ? `${newDay} ${newTime}` : newDay));
  return (
    <>
      <input
        type="date"
        class="cxb-input"
        aria-label={`${label}: day`}
        aria-describedby={hintId}
        value={day}
        onInput={(event) => write(event.target.value, time)}
      />
      {hasTime && day && (
        <input
          type="time"
          class="cxb-input"
          aria-label={`${label}: time of day in UTC, if it matters`}
          title="The time of day in UTC, if it matters"
          value={time.replace(/:00$/, "")}
          onInput={(event) => write(day, withSeconds(event.target.value))}
        />
      )}
    </>
  );
}

function withSeconds(time) {
  return time.length === 5 ? `${time}:00` : time;
}
