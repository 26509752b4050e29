/* One line: a fact, what is asked of it, and the value. Or a part that is kept as JSON. */

import { memo } from "preact/compat";
import { useId } from "preact/hooks";

import { Icon, Notice, Select } from "./bits.jsx";
import { FactBox } from "./FactBox.jsx";
import { aboutFact } from "./facts.js";
import { ItemActions } from "./Group.jsx";
import { ITEM_OPERATORS, operatorChoices, operatorLabel, withFact, withItemOperator, withOperator } from "./operators.js";
import { Value } from "./Value.jsx";

/** Drawn anew only where something about this line changed: a long condition has hundreds of them. */
export const Line = memo(AnyLine, (former, props) => {
  const { id } = props.rule;
  return (
    former.rule === props.rule &&
    former.path.join() === props.path.join() &&
    former.context.facts === props.context.facts &&
    former.context.problems.get(id) === props.context.problems.get(id) &&
    former.context.complaints.get(id) === props.context.complaints.get(id)
  );
});

function AnyLine({ rule, path, schema, context }) {
  const actions = <ItemActions item={rule} path={path} schema={schema} context={context} what="line" />;
  if (rule.operator === "json") return <Part rule={rule} complaint={context.complaints.get(rule.id)} actions={actions} />;
  const change = (line) => schema.dispatchQuery(replace(schema.getQuery(), path, line));
  return <Comparison rule={rule} change={change} context={context} actions={actions} />;
}

function Comparison({ rule, change, context, actions }) {
  const { facts, problems, complaints } = context;
  const fact = facts.get(rule.field);
  const problem = problems.get(rule.id);
  const complaint = complaints.get(rule.id);
  const hintId = useId();
  return (
    <div
      class={`cxb-line ${complaint ? "is-refused" : ""}`}
      role="group"
      aria-label={rule.field ? fact.label : "New condition"}
      data-item={rule.id}
      data-unfinished={problem && ""}
    >
      <FactBox
        handle={rule.field}
        facts={facts}
        hintId={hintId}
        onChoose={(handle) => change(withFact(rule, handle, facts.get(handle).type, fact.type))}
      />
      {rule.operator && <Operator rule={rule} type={fact.type} change={change} />}
      {rule.inner ? (
        <Item rule={rule} fact={fact} change={change} hintId={hintId} />
      ) : (
        rule.operator && <Value line={rule} fact={fact} hintId={hintId} onChange={(patch) => change({ ...rule, ...patch })} />
      )}
      {actions}
      {complaint ? <Complaint id={hintId}>{complaint}</Complaint> : <Hint id={hintId} fact={fact} problem={problem} />}
    </div>
  );
}

function Operator({ rule, type, change }) {
  const choices = operatorChoices(type, rule.operator);
  const options = choices.map(([group, names]) => [group, names.map((name) => [name, operatorLabel(name, type)])]);
  return (
    <Select
      class="cxb-operator"
      label="What is asked"
      value={rule.operator}
      options={options.length === 1 ? options[0][1] : options}
      onChange={(operator) => change(withOperator(rule, operator, type))}
    />
  );
}

/** What is asked of each item of a list. */
function Item({ rule, fact, change, hintId }) {
  const { inner } = rule;
  const names = ITEM_OPERATORS.includes(inner.operator) ? ITEM_OPERATORS : [...ITEM_OPERATORS, inner.operator];
  return (
    <>
      <Select
        class="cxb-operator"
        label="What is asked of each item"
        value={inner.operator}
        options={names.map((name) => [name, operatorLabel(name, "text")])}
        onChange={(operator) => change({ ...rule, inner: withItemOperator(inner, operator) })}
      />
      <Value
        line={inner}
        fact={{ ...fact, type: "text" }}
        hintId={hintId}
        onChange={(patch) => change({ ...rule, inner: { ...inner, ...patch } })}
      />
    </>
  );
}

/** What the line still lacks, or what its fact means. */
function Hint({ id, fact, problem }) {
  if (fact.isUnknown) {
    return (
      <p class="cxb-hint is-warning" id={id}>
        <Icon name="warning" />
        <span>There is no fact “{fact.handle}”. It is kept as it is; choose another one to replace it.</span>
      </p>
    );
  }
  const help = aboutFact(fact);
  if (!problem) {
    return (
      <span class="cxb-hidden" id={id}>
        {help}
      </span>
    );
  }
  return (
    <p class="cxb-hint" id={id}>
      <strong>{problem}</strong> <span>{fact.handle ? help : "Type to search."}</span>
    </p>
  );
}

/** What the server says against this line. */
function Complaint({ id, children }) {
  return (
    <div class="cxb-hint" id={id}>
      <Notice>{children}</Notice>
    </div>
  );
}

function Part({ rule, complaint, actions }) {
  return (
    <div class={`cxb-line is-part ${complaint ? "is-refused" : ""}`} role="group" aria-label="A part written as JSON" data-item={rule.id}>
      <div class="cxb-part">
        <p class="cxb-part-title">
          <Icon name="data_object" />
          This part is written as JSON. It is kept as it is; the JSON tab edits it.
        </p>
        <pre class="cxb-code" tabIndex={0}>
          {rule.value}
        </pre>
      </div>
      {actions}
      {complaint && <Complaint>{complaint}</Complaint>}
    </div>
  );
}

/** The group with another line at `path`. */
function replace(group, [index, ...rest], line) {
  const next = rest.length ? replace(group.rules[index], rest, line) : line;
  return { ...group, rules: group.rules.with(index, next) };
}
