"""Two views that answer at one address, by the number that stands in it: one operation of the OpenAPI document tells of both.

drf-spectacular keeps the first of them alone, so that the document would say half of what is answered.
"""

# Stands in no path.
APART = "#"


def set_apart(endpoints: list[tuple]) -> list[tuple]:
    """drf-spectacular's first hook: patterns that come before the last of their address stand beside it, until `joined`."""
    patterns: dict[tuple, list] = {}
    for path, pattern, method, _ in endpoints:
        patterns.setdefault((path, method), []).append(pattern)
    return [
        (path + APART * patterns[path, method][::-1].index(pattern), pattern, method, callback)
        for path, pattern, method, callback in endpoints
    ]


def joined(paths: dict) -> dict:
    """The document's paths, each once and without its last slash."""
    whole: dict[str, dict] = {}
    for path, item in sorted(paths.items(), key=lambda one: one[0].count(APART)):
        held = whole.setdefault(path.rstrip(f"/{APART}"), {})
        for method, operation in item.items():
            held[method] = either(held[method], operation) if method in held else operation
    return whole


def either(one: dict, other: dict) -> dict:
    """An operation that takes what either takes and answers what either answers, by the name of the one."""
    if one["security"] != other["security"]:
        raise ValueError(f"{one['operationId']} and {other['operationId']} need different scopes.")
    both = {**other, **one, "description": either_text(other["description"], one["description"])}
    if "requestBody" in one:
        both["requestBody"] = either_content(one["requestBody"], other["requestBody"])
    both["parameters"] = either_parameters(one.get("parameters", []), other.get("parameters", []))
    both["responses"] = {**other["responses"], **one["responses"]}
    for status in one["responses"].keys() & other["responses"].keys():
        both["responses"][status] = either_content(one["responses"][status], other["responses"][status])
    return both


def either_text(first: str, second: str) -> str:
    """The paragraphs of both. What both say, such as their scope, is said once."""
    ending = second.split("\n\n")
    return "\n\n".join([*(one for one in first.split("\n\n") if one not in ending), *ending])


def either_content(one: dict, other: dict) -> dict:
    """A body or an answer, of which each media type holds what either holds."""
    content = {**other.get("content", {}), **one.get("content", {})}
    for media in one.get("content", {}).keys() & other.get("content", {}).keys():
        first, second = one["content"][media], other["content"][media]
        content[media] = {**second, **first, "schema": either_schema(first["schema"], second["schema"])}
        if examples := second.get("examples", {}) | first.get("examples", {}):
            content[media]["examples"] = examples
    return {**other, **one, **({"content": content} if content else {})}


def either_schema(first: dict, second: dict) -> dict:
    return first if first == second else {"anyOf": [first, second]}


def either_parameters(first: list[dict], second: list[dict]) -> list[dict]:
    """Each once: a variable of the path takes what either takes."""
    found = {(one["in"], one["name"]): one for one in second}
    for one in first:
        held = found.get((one["in"], one["name"]), one)
        found[one["in"], one["name"]] = {**held, **one, "schema": either_schema(one["schema"], held["schema"])}
    return list(found.values())
