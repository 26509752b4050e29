/* A date, a moment, or the day on which the question is asked. */

import { useState } from "preact/hooks";

import { Select } from "./bits.jsx";
import { operand } from "./operands.js";

/** As conditions write them: a date, or a moment in UTC. */
const PLAIN = /^(\d{4}-\d{2}-\d{2})?(?: (\d{2}:\d{2}:\d{2}))?$/;
const MIDNIGHT = "00:00:00";
const CHOICES = { date: "the date", moment: "date and time", today: "today", now: "now" };

export function DateBox({ value, hasTime, label, hintId, onChange }) {
  const [, day = "", time = ""] = PLAIN.exec(value.text) ?? [];
  // Asked for before there is a day to put it to.
  const [isAwaited, setAwaited] = useState(false);
  const wantsTime = Boolean(time) || (isAwaited && !day);
  const isRelative = value.kind === "today" || value.kind === "now";
  const present = isRelative ? value.kind : wantsTime ? "moment" : "date";
  const offered = hasTime ? ["date", "moment", "today", "now"] : ["date", "today"];

  const choose = (name) => {
    setAwaited(name === "moment");
    if (name === "today" || name === "now") onChange(operand(name));
    else onChange(operand("text", name === "moment" && day ? `${day} ${time || MIDNIGHT}` : day));
  };
  const write = (newDay, newTime) => {
    onChange(operand("text", newDay && wantsTime ? `${newDay} ${newTime || MIDNIGHT}` : newDay));
  };
  const box = { label, hintId };
  return (
    <span class="cxb-date">
      <Select
        class="cxb-date-kind"
        label={`${label}: a date, or the day of asking`}
        value={present}
        options={[...new Set([...offered, present])].map((name) => [name, CHOICES[name]])}
        onChange={choose}
      />
      {!isRelative && PLAIN.test(value.text) && <Day {...box} {...{ day, time, wantsTime, write }} />}
      {!isRelative && !PLAIN.test(value.text) && <AsText {...box} value={value} onChange={onChange} />}
    </span>
  );
}

function Day({ day, time, wantsTime, label, hintId, write }) {
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
      {wantsTime && (
        <span class="cxb-time">
          <input
            type="time"
            class="cxb-input"
            aria-label={`${label}: time of day, in UTC`}
            value={time.replace(/:00$/, "")}
            onInput={(event) => write(day, withSeconds(event.target.value))}
          />
          <span class="cxb-quiet">UTC</span>
        </span>
      )}
    </>
  );
}

/** What is written otherwise, with a zone for example, stays text. */
function AsText({ value, label, hintId, onChange }) {
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

function withSeconds(time) {
  return time.length === 5 ? `${time}:00` : time;
}
