/* Small things that several parts show. */

export function Icon({ name }) {
  return (
    <span class="material-symbols-outlined cxb-icon" aria-hidden="true">
      {name}
    </span>
  );
}

/** Something went wrong: said at once, also to those who listen; unless it comes and goes with every key. */
export function Notice({ children, id, isQuiet = false }) {
  return (
    <p class="cxb-notice" id={id} role={isQuiet ? undefined : "alert"}>
      <Icon name="error" />
      <span>{children}</span>
    </p>
  );
}

export function Select({ label, value, options, onChange, class: className = "", ...rest }) {
  return (
    <span class={`cxb-select ${className}`}>
      <select class="cxb-input" aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} {...rest}>
        {options.map(([name, content]) =>
          Array.isArray(content) ? (
            <optgroup key={name} label={name}>
              {content.map(([one, text]) => (
                <option key={one} value={one}>
                  {text}
                </option>
              ))}
            </optgroup>
          ) : (
            <option key={name} value={name}>
              {content}
            </option>
          ),
        )}
      </select>
    </span>
  );
}

const KINDS = { text: "text", number: "number", boolean: "yes or no" };

/** As what a value is compared, where the fact does not say. */
export function KindSelect({ kind, kinds, onChange }) {
  const options = [...new Set([...kinds, kind])].map((name) => [name, KINDS[name] ?? name]);
  return <Select class="cxb-kind" label="Compared as" value={kind} options={options} onChange={onChange} />;
}

/** What an input with `list={id}` offers: [value, label] each. */
export function Suggestions({ id, choices }) {
  return (
    <datalist id={id}>
      {choices.map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </datalist>
  );
}
