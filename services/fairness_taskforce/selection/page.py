"""One page about a draw, made of its record and nothing else, so that it cannot say anything other than the record.

It stands by itself: no program runs in it and it loads nothing. It also shows what was frozen before the draw.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from services.fairness_taskforce.selection.pictures import Shares, chances_picture, draw_picture, group_picture, percent
from services.fairness_taskforce.selection.record import canonical

_STYLE = """
body{font:1.1875rem/1.4 arial,sans-serif;color:#0b0c0c;background:#fff;max-width:45rem;margin:0 auto;padding:1rem}
h1,h2,h3{line-height:1.2}h2{margin-top:2.5rem}code{overflow-wrap:anywhere}svg{overflow:visible;margin:1rem 0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border-left:.5rem solid #b1b4b6;padding-left:1rem}
table{border-collapse:collapse;width:100%;font-size:1rem}caption{text-align:left;font-weight:bold;padding:.5rem 0}
th,td{text-align:left;padding:.25rem .5rem .25rem 0;border-bottom:1px solid #b1b4b6;overflow-wrap:anywhere}
ul.names{columns:9rem;padding-left:1.25rem}a{color:#1d70b8}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(content: bytes) -> str:
    """HTML of a record, or of what is frozen, as `record.py` writes them."""
    document = json.loads(content)
    frozen = document.get("frozen", document)
    drawn = document if "winner" in document else None
    title = "The draw" if drawn else "Before the draw"
    main = "".join(
        [
            f"<h1>{title}</h1>",
            _summary(frozen, drawn),
            _draw(frozen, drawn),
            _town(frozen, drawn),
            _chances(frozen),
            _check(frozen, drawn),
            _everyone(frozen, drawn),
        ]
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{main}</main></body></html>\n"
    )


def _summary(frozen: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> str:
    seated = len(frozen["seated"])
    seats = f"{frozen['seats']:,} seats" + (f", {seated:,} of them filled before" if seated else "")
    lines = [
        f"{len(frozen['people']):,} people volunteered for {seats}.",
        f"{len(frozen['groups']):,} groups were made. Each of them meets every quota.",
        f"One group was drawn: number {drawn['number']}." if drawn else "One of them will be drawn.",
    ]
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _draw(frozen: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> str:
    first, last = min(frozen["groups"]), max(frozen["groups"])
    steps = [
        ("Groups", f"{len(frozen['groups']):,} groups, numbered {first} to {last}, all as likely as each other"),
        ("Frozen", f"Hash published: {_hash(frozen)[:16]}…"),
        ("Number from outside", _source(frozen["source"])),
    ]
    if drawn:
        steps += [(f"Number {drawn['number']}", _derived(drawn["drawn"]))]
        steps += [(f"Group {drawn['number']}", f"{len(drawn['winner']):,} people are selected")]
    names = "".join(f"<li><code>{escape(name)}</code></li>" for name in drawn["winner"]) if drawn else ""
    listed = f'<h3>Who was drawn</h3><ul class="names">{names}</ul>' if drawn else ""
    table = _table("The steps", ["Step", "What"], [[heading, text] for heading, text in steps])
    return f"<h2>How the group is drawn</h2>{draw_picture(steps)}{table}{listed}"


def _source(source: Mapping[str, Any]) -> str:
    if source["kind"] == "drand":
        time = source["time"].replace("T", " ").removesuffix("Z")
        return f"Round {source['round']} of the public beacon drand (quicknet), at {time} UTC"
    return f"Numbered balls, in public: {source['event']}"


def _derived(drawn: Mapping[str, Any]) -> str:
    if "digits" in drawn:
        return f"The balls, in order: {', '.join(map(str, drawn['digits']))}"
    return f"From the randomness of the round: {drawn['randomness'][:16]}…"


def _town(frozen: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> str:
    parts = [
        "<h2>The group against the town</h2>",
        "<p>The quotas say how many seats each part of the town has. In each picture: the hollow bar is the people who "
        "volunteered, the line between two ends is what the quotas allow, the full bar is the group.</p>",
    ]
    in_pool = _held(frozen, frozen["people"])
    members = {*drawn["winner"], *(each["pseudonym"] for each in frozen["seated"])} if drawn else None
    everyone = [*frozen["people"], *frozen["seated"]]
    in_group = _held(frozen, [each for each in everyone if members and each["pseudonym"] in members])
    for category in frozen["categories"]:
        quotas = [quota for quota in frozen["quotas"] if quota["category"] == category]
        rows = [_shares(frozen, quota, in_pool, in_group if drawn else None) for quota in quotas]
        parts += [f"<h3>{escape(category)}</h3>", group_picture(category, rows)]
        parts.append(_group_table(category, quotas, in_pool, in_group if drawn else None))
    return "".join(parts)


def _held(frozen: Mapping[str, Any], people: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter(pair for each in people for pair in zip(frozen["categories"], each["features"], strict=True))


def _shares(
    frozen: Mapping[str, Any],
    quota: Mapping[str, Any],
    in_pool: Counter[tuple[str, str]],
    in_group: Counter[tuple[str, str]] | None,
) -> Shares:
    key, seats = (quota["category"], quota["feature"]), frozen["seats"]
    return Shares(
        feature=quota["feature"],
        pool=in_pool[key] / len(frozen["people"]),
        least=quota["least"] / seats,
        most=min(quota["most"], seats) / seats,
        group=None if in_group is None else in_group[key] / seats,
    )


def _group_table(
    category: str,
    quotas: Sequence[Mapping[str, Any]],
    in_pool: Counter[tuple[str, str]],
    in_group: Counter[tuple[str, str]] | None,
) -> str:
    rows = []
    for quota in quotas:
        key = (category, quota["feature"])
        asked = f"{quota['least']:,} to {quota['most']:,}"
        rows.append([quota["feature"], f"{in_pool[key]:,}", asked, *([f"{in_group[key]:,}"] if in_group else [])])
    titles = ["Feature", "People in the pool", "Seats by quota", *(["People in the group"] if in_group else [])]
    return _table(f"{category}, in numbers", titles, rows)


def _chances(frozen: Mapping[str, Any]) -> str:
    total = len(frozen["groups"])
    counts = Counter(person["groups"] for person in frozen["people"])
    rows = [[percent(count / total), f"{count:,} of {total:,}", f"{counts[count]:,}"] for count in sorted(counts)]
    return (
        "<h2>Everyone’s chance</h2><p>A person’s chance is the share of the groups that they are in.</p>"
        + chances_picture([person["groups"] / total for person in frozen["people"]])
        + _table("How many people have which chance", ["Chance", "Groups", "People"], rows)
    )


def _check(frozen: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> str:
    look = ""
    if frozen["source"]["kind"] == "drand":
        address = f"https://api.drand.sh/{frozen['source']['chain']}/public/{frozen['source']['round']}"
        look = f"<li>Look up the round yourself, at its time or later: <code>{escape(address)}</code></li>"
    return (
        "<h2>Check it yourself</h2><p>SHA-256 of what is frozen, published before the draw:</p>"
        f"<pre>{_hash(frozen)}</pre><ol>"
        "<li>Take the file of this draw, and the hash from where it was published before the draw.</li>"
        "<li>Take the program <code>verify.py</code>. It has fewer than 150 lines and needs Python only.</li>"
        f"<li>Run <code>python verify.py FILE --hash {_hash(frozen)}</code></li>{look}</ol>"
        f"<p>Version of the program: {escape(frozen['program'])}. Seed: {frozen['seed']}.</p>"
        + (f"<p>SHA-256 of the record:</p><pre>{escape(drawn['sha256'])}</pre>" if drawn else "")
    )


def _everyone(frozen: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> str:
    total = len(frozen["groups"])
    winner = set(drawn["winner"]) if drawn else set()
    rows = [
        [
            each["pseudonym"],
            percent(each["groups"] / total),
            *(["yes" if each["pseudonym"] in winner else "no"] if drawn else []),
        ]
        for each in frozen["people"]
    ]
    titles = ["Pseudonym", "Chance", *(["Drawn"] if drawn else [])]
    table = _table("Each person, by the pseudonym that only they were told", titles, rows)
    return f"<h2>Find yourself</h2><details><summary>All {len(rows):,} pseudonyms</summary>{table}</details>"


def _table(caption: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _hash(frozen: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(frozen)).hexdigest()
