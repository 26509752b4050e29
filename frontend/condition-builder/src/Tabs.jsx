/* Two or more tabs: arrow keys go along them, Tab goes into what is shown. */

import { useRef } from "preact/hooks";

export function Tabs({ tabs, chosen, onChoose, id }) {
  const row = useRef();
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const index = (tabs.findIndex(([name]) => name === chosen) + step + tabs.length) % tabs.length;
    row.current.children[index].focus();
    onChoose(tabs[index][0]);
  };
  return (
    <div class="cxb-tabs" role="tablist" aria-label="How the condition is edited" ref={row} onKeyDown={move}>
      {tabs.map(([name, label]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${id}-${name}-tab`}
          class="cxb-tab"
          aria-selected={name === chosen}
          aria-controls={`${id}-${name}`}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
