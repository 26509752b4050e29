/* One line: a fact, what is asked of it, and the value. Or a part that is kept as JSON. */

import { useId } from "preact/hooks";

import { Icon, Select } from "./bits.jsx";
import { FactBox } from "./FactBox.jsx";
import { aboutFact } from "./facts.js";
import { ItemActions } from "./Group.jsx";
import { ITEM_OPERATORS, operatorChoices, operatorLabel, withFact, withItemOperator, withOperator } from "./operators.js";
import { Value } from "./Value.jsx";

export function Line(props) {
  const { rule, path, schema, context } = props;
  const actions = <ItemActions item={rule} path={path} schema={schema} context={context} what="line" />;
  if (rule.operator === "json") return <Part rule={rule} actions={actions} />;
  const change = (line) => schema.dispatchQuery(replace(schema.getQuery(), path, line));
  return <Comparison rule={rule} change={change} context={context} actions={actions} />;
}

function Comparison({ rule, change, context, actions }) {
  const { facts, problems } = context;
  const fact = facts.get(rule.field);
  const problem = problems.get(rule.id);
  const hintId = useId();
  return (
    <div class="cxb-line" role="group" aria-label={rule.field ? fact.label : "New condition"} data-item={rule.id} data-unfinished={problem && ""}>
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
      <Hint id={hintId} fact={fact} problem={problem} isNew={!rule.field} />
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
function Hint({ id, fact, problem, isNew }) {
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
      <strong>{problem}</strong> {isNew ? "Type to search." : help}
    </p>
  );
}

function Part({ rule, actions }) {
  return (
    <div class="cxb-line is-part" role="group" aria-label="A part written as JSON" data-item={rule.id}>
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
    </div>
  );
}

/** The group with another line at `path`. */
function replace(group, [index, ...rest], line) {
  const next = rest.length ? replace(group.rules[index], rest, line) : line;
  return { ...group, rules: group.rules.with(index, next) };
}
