"""Settings from the environment: a mistake in one is told at the start, in a sentence that names it."""

from dataclasses import fields
from pathlib import Path

import pytest

from shared.settings import BadSetting, Settings, read_settings


def test_with_nothing_set_it_runs_embedded_on_this_machine() -> None:
    settings = read_settings({"PATH": "/bin", "HOME": "/root"})

    assert (settings.store, settings.bus, settings.data) == ("sqlite", "embedded", Path(".data"))
    assert (settings.demo, settings.kafka_replication, settings.secrets) == (False, 1, None)


def test_each_setting_is_read_as_what_it_is() -> None:
    settings = read_settings(
        {
            "ENGAGE_DATA": "/var/engage",
            "ENGAGE_STORE": "mongodb://db:27017",
            "ENGAGE_BUS": "a:9092,b:9092",
            "ENGAGE_KAFKA_REPLICATION": "3",
            "ENGAGE_DEMO": "yes",
            "ENGAGE_SECRETS": "/run/secrets/engage.json",
            "ENGAGE_SMTP_TLS": "starttls",
        }
    )

    assert settings.data == Path("/var/engage")
    assert settings.store == "mongodb://db:27017"
    assert settings.bus == "a:9092,b:9092"
    assert settings.kafka_replication == 3
    assert settings.demo is True
    assert settings.secrets == Path("/run/secrets/engage.json")
    assert settings.smtp_tls == "starttls"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("TRUE", True), ("1", True), ("yes", True), ("false", False), ("0", False), ("No", False)],
)
def test_yes_and_no_are_said_in_the_usual_ways(text: str, expected: bool) -> None:
    assert read_settings({"ENGAGE_DEMO": text}).demo is expected


def test_a_path_that_is_empty_is_not_set() -> None:
    settings = read_settings({"ENGAGE_DATA": "", "ENGAGE_SECRETS": ""})

    assert (settings.data, settings.secrets) == (Path(".data"), None)


def test_a_variable_that_is_no_setting_is_refused_and_the_settings_are_named() -> None:
    with pytest.raises(BadSetting, match=r"ENGAGE_STROE is not a setting\. The settings are: .*ENGAGE_STORE"):
        read_settings({"ENGAGE_STROE": "sqlite"})


def test_variables_of_the_tests_are_passed_over() -> None:
    assert read_settings({"ENGAGE_TEST_KAFKA": "localhost:9092"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("ENGAGE_DEMO", "maybe", "ENGAGE_DEMO must be true or false, not 'maybe'"),
        ("ENGAGE_DEMO", "", "ENGAGE_DEMO must be true or false, not ''"),
        ("ENGAGE_KAFKA_REPLICATION", "one", "ENGAGE_KAFKA_REPLICATION must be a whole number, not 'one'"),
        ("ENGAGE_KAFKA_REPLICATION", "-1", "ENGAGE_KAFKA_REPLICATION must be a whole number, not '-1'"),
        ("ENGAGE_KAFKA_REPLICATION", "²", "ENGAGE_KAFKA_REPLICATION must be a whole number, not '²'"),
        ("ENGAGE_KAFKA_REPLICATION", "3.0", "ENGAGE_KAFKA_REPLICATION must be a whole number, not '3.0'"),
        ("ENGAGE_SMTP_TLS", "startls", "ENGAGE_SMTP_TLS must be one of none, starttls, tls, not 'startls'"),
        ("ENGAGE_LOG_LEVEL", "loud", "ENGAGE_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'loud'"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, text: str, sentence: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({name: text})

    assert str(refused.value) == sentence


def test_passwords_do_not_show() -> None:
    settings = read_settings({"ENGAGE_SMTP_PASSWORD": "open sesame", "ENGAGE_STORE": "mongodb://user:open sesame@db"})

    assert "open sesame" not in repr(settings)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(each.metadata["says"] for each in fields(Settings))
