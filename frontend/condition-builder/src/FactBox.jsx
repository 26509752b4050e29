/* A box in which one finds a fact by typing. The keyboard pattern is the combobox of the ARIA authoring practices. */

import { useEffect, useId, useRef, useState } from "preact/hooks";

import { Icon } from "./bits.jsx";
import { aboutFact } from "./facts.js";

/** More are not read, but typed further. */
const MOST_SHOWN = 80;
/** Pixels: how high the list likes to be, and what the back office's bar with its buttons covers of the window. */
const HEIGHT = 336;
const BAR = 80;

export function FactBox({ handle, facts, hintId, onChoose }) {
  const [typed, setTyped] = useState(null);
  const [active, setActive] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const list = useRef();
  const input = useRef();
  const [place, setPlace] = useState({});
  const fact = facts.get(handle);
  const found = isOpen ? facts.search(typed ?? "") : [];
  const shown = found.slice(0, MOST_SHOWN);

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active, isOpen, typed]);

  const open = () => {
    if (isOpen) return;
    setPlace(placeBeside(input.current));
    setOpen(true);
    setActive(Math.max(0, facts.search("").slice(0, MOST_SHOWN).findIndex((one) => one.handle === handle)));
  };
  const close = () => {
    setOpen(false);
    setTyped(null);
  };
  const choose = (one) => {
    close();
    if (one && one.handle !== handle) onChoose(one.handle);
  };
  const press = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen) open();
      else setActive((active + step + shown.length) % Math.max(shown.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen) choose(shown[active]);
      else open();
    } else if (event.key === "Tab" && isOpen && typed) {
      choose(shown[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
  };
  return (
    <div class="cxb-fact">
      <input
        type="text"
        ref={input}
        class="cxb-input"
        data-first
        role="combobox"
        aria-label="Fact"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && shown[active] ? `${id}-${active}` : undefined}
        aria-describedby={hintId}
        autocomplete="off"
        spellcheck={false}
        placeholder="Search for a fact"
        title={handle ? `${fact.label} (${handle})` : undefined}
        value={typed ?? (handle ? fact.label : "")}
        onFocus={(event) => event.target.select()}
        onClick={open}
        onInput={(event) => {
          if (!isOpen) open();
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={press}
        onBlur={close}
      />
      <Icon name="unfold_more" />
      {isOpen && (
        <div
          class={`cxb-popup ${place.isAbove ? "is-above" : ""}`}
          style={{ maxHeight: `${place.height}px` }}
          id={`${id}-list`}
          role="listbox"
          aria-label="Facts"
          ref={list}
          onMouseDown={(event) => event.preventDefault()}
        >
          {grouped(shown).map(([group, members]) => (
            <div key={group} role="group" aria-label={group}>
              <div class="cxb-popup-group" aria-hidden="true">
                {group}
              </div>
              {members.map(([one, index]) => (
                <Option key={one.handle} id={`${id}-${index}`} fact={one} isActive={index === active} onChoose={() => choose(one)} />
              ))}
            </div>
          ))}
          {found.length > shown.length && <p class="cxb-quiet cxb-popup-note">{found.length - shown.length} more. Type to narrow them down.</p>}
          {/custom|attribut/i.test(typed ?? "") && (
            <p class="cxb-quiet cxb-popup-note">Any custom attribute may be typed by its name, such as custom_attributes.shop.size.</p>
          )}
          {!found.length && <p class="cxb-quiet cxb-popup-note">Nothing is called “{typed}”.</p>}
        </div>
      )}
    </div>
  );
}

/** Below the box, unless there is too little room below and more above. */
function placeBeside(box) {
  const { top, bottom } = box.getBoundingClientRect();
  const below = window.innerHeight - bottom - BAR;
  const above = top - BAR;
  const isAbove = below < HEIGHT && above > below;
  return { isAbove, height: Math.max(Math.min(HEIGHT, isAbove ? above : below), HEIGHT / 2) };
}

function Option({ id, fact, isActive, onChoose }) {
  const about = aboutFact(fact);
  return (
    <div class="cxb-option" id={id} role="option" aria-selected={isActive} onClick={onChoose}>
      <span class="cxb-option-label">{fact.label}</span>
      {!fact.handle.startsWith("@") && fact.handle !== fact.label && <span class="cxb-handle">{fact.handle}</span>}
      {about && <span class="cxb-option-about">{about}</span>}
    </div>
  );
}

/** [[group, [[fact, its place in the whole list], …]], …] */
function grouped(shown) {
  const groups = new Map();
  shown.forEach((fact, index) => groups.set(fact.group, [...(groups.get(fact.group) ?? []), [fact, index]]));
  return [...groups];
}
