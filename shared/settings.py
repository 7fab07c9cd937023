"""Settings, from the environment alone. Every one is in docs/operations.md; a test holds the two together."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any


class BadSetting(Exception):  # noqa: N818
    """A setting has a value that cannot be used; the sentence names it."""


def _setting(
    default: object,
    says: str,
    *,
    one_of: Sequence[str] = (),
    must_be: tuple[str, str] | None = None,
    shown: bool = True,
) -> Any:
    """`must_be` is a pattern for all of the text, and the words for it."""
    return field(default=default, repr=shown, metadata={"says": says, "one_of": one_of, "must_be": must_be})


HOURS = (r"(?!(\d+)-\1$)(1?\d|2[0-3])-(1?\d|2[0-3])|", "two different hours from 0 to 23, such as 21-8, or empty")


@dataclass(frozen=True)
class Settings:
    """One attribute for each variable ENGAGE_<NAME IN CAPITALS>."""

    data: Path = _setting(Path(".data"), "folder for the database file, the generated secrets and the demo's mail")
    files: Path | None = _setting(None, "folder for the files that people send; empty for `files` in the data folder")
    place: Path = _setting(Path("places/luton"), "folder of the place, with its place.json")
    store: str = _setting("sqlite", "`sqlite`, or a MongoDB address such as mongodb://host:27017", shown=False)
    bus: str = _setting("embedded", "`embedded`, or Kafka's bootstrap servers such as host:9092,host2:9092")
    namespace: str = _setting("engage", "first part of the names of topics, groups and databases on Kafka and MongoDB")
    kafka_replication: int = _setting(1, "copies of each Kafka topic made at start")
    public_url: str = _setting("http://localhost:8000", "the address residents use; links in mails begin with it")
    demo: bool = _setting(default=False, says="fill in example data and open the one-click doors; never in production")
    smtp: str = _setting("", "host:port of the mail server; empty, with demo on, for the built-in mail catcher")
    smtp_user: str = _setting("", "user name at the mail server, if it asks for one")
    smtp_password: str = _setting("", "password at the mail server", shown=False)
    smtp_tls: str = _setting("none", "`none`, `starttls` or `tls`", one_of=("none", "starttls", "tls"))
    mail_from: str = _setting("", "sender of all mail; empty for no-reply at the host of the public address")
    mail_only_to: str = _setting(
        "", "addresses and @domains that mail may go to, with commas; empty for all, or for none with demo on"
    )
    mail_per_second: int = _setting(
        0, "mails a second in all, from each process, but for sign-in links; 0 for no limit"
    )
    mail_per_domain_per_second: int = _setting(0, "the same for each domain that mail goes to")
    mail_keep_days: int = _setting(90, "days for which the content of a mail is kept once it was sent, or given up")
    mail_quiet_hours: str = _setting(
        "21-8", "hours by the clock in London in which no mailing goes out; empty for none", must_be=HOURS
    )
    mail: str = _setting("smtp", "what sends mail: `smtp` or `notify`, GOV.UK Notify", one_of=("smtp", "notify"))
    notify_url: str = _setting("https://api.notifications.service.gov.uk", "address of GOV.UK Notify")
    notify_key: str = _setting("", "API key of the council's service at GOV.UK Notify", shown=False)
    notify_template: str = _setting("", "id of the template there that has ((subject)) and ((body))")
    notify_reply_to: str = _setting("", "id of the reply-to address there; empty for the service's own")
    bounces_url: str = _setting("", "mailbox to which bounces come, as imaps://user:password@host/INBOX", shown=False)
    bounces_to: str = _setting("", "address of that mailbox, the envelope sender; empty for that of ENGAGE_MAIL_FROM")
    reports_token: str = _setting("", "what programs that post delivery reports must show; empty for none", shown=False)
    secrets: Path | None = _setting(None, "file of secrets; empty to generate one in the data folder")
    answers_at_once: int = _setting(120, "responses that one network may send at once, before the limit for an hour")
    answers_per_hour: int = _setting(600, "responses that one network may send in an hour; 0 for no limit")
    network_keep_days: int = _setting(
        14, "days after the close for which we keep what tells whether responses came from one network"
    )
    behind_proxy: bool = _setting(default=False, says="a front door is before us: believe X-Forwarded-For")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR", one_of=("DEBUG", "INFO", "WARNING", "ERROR"))


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises BadSetting, also for a variable ENGAGE_... that is no setting: a typing error must not pass unseen."""
    known = {f"ENGAGE_{each.name.upper()}": each for each in fields(Settings)}
    values: dict[str, object] = {}
    for name, text in environment.items():
        if not name.startswith("ENGAGE_") or name.startswith("ENGAGE_TEST_"):
            continue
        if name not in known:
            raise BadSetting(f"{name} is not a setting. The settings are: {', '.join(sorted(known))}")
        values[known[name].name] = _parse(name, text, known[name])
    return Settings(**values)  # type: ignore[arg-type]


def _parse(name: str, text: str, setting: Field[Any]) -> object:
    default, one_of = setting.default, setting.metadata["one_of"]
    if one_of and text not in one_of:
        raise BadSetting(f"{name} must be one of {', '.join(one_of)}, not {text!r}")
    if (must_be := setting.metadata["must_be"]) and not re.fullmatch(must_be[0], text, re.ASCII):
        raise BadSetting(f"{name} must be {must_be[1]}, not {text!r}")
    if isinstance(default, bool):
        if text.lower() not in {"true", "false", "1", "0", "yes", "no"}:
            raise BadSetting(f"{name} must be true or false, not {text!r}")
        return text.lower() in {"true", "1", "yes"}
    if isinstance(default, int):
        if not (text.isascii() and text.isdigit()):
            raise BadSetting(f"{name} must be a whole number, not {text!r}")
        return int(text)
    if isinstance(default, Path) or default is None:
        return Path(text) if text else default
    return text
