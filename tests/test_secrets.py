"""The keys of a deployment: what they make fits only them, and they do not get about."""

import json
import stat
from pathlib import Path

import pytest

from deploy.cli import main
from deploy.host import SERVICES
from shared.secrets import NAMES, OPTIONAL, BadSecrets, Secrets, generate, read, read_or_generate, write


def test_secrets_are_made_once_and_read_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "secrets.json"

    first = read_or_generate(path)
    second = read_or_generate(path)

    assert first == second
    assert set(first.values) == set(NAMES)


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    read_or_generate(tmp_path / "secrets.json")

    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_secrets_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    made = read_or_generate(tmp_path / "secrets.json")

    with pytest.raises(FileExistsError):
        write(generate(), tmp_path / "secrets.json")

    assert read(tmp_path / "secrets.json") == made


def test_no_two_deployments_have_the_same() -> None:
    one, other = generate(), generate()

    assert all(one.values[name] != other.values[name] for name in NAMES)


def test_secrets_do_not_show() -> None:
    made = generate()

    assert not any(value in repr(made) for value in made.values.values())


def test_the_keys_of_sessions_are_a_pair() -> None:
    made = generate()

    made.session_public.verify(made.session_private.sign(b"a session"), b"a session")


def test_a_second_factor_is_locked_and_opened_with_the_key() -> None:
    made = generate()

    assert made.second_factor.decrypt(made.second_factor.encrypt(b"code")) == b"code"


def test_an_address_has_one_key_however_it_is_written_and_another_in_each_deployment() -> None:
    one, other = generate(), generate()

    assert one.email_key("Ann@Example.org") == one.email_key("ann@example.org")
    assert one.email_key("ann@example.org") != one.email_key("bob@example.org")
    assert one.email_key("ann@example.org") != other.email_key("ann@example.org")
    assert "ann" not in one.email_key("ann@example.org")


def test_a_link_token_is_read_back_only_as_it_was_made() -> None:
    made = generate()
    token = made.link_token("5f2c")

    assert made.read_link_token(token) == "5f2c"
    changed = ("", "5f2c", "5f2c.", f"5f2d{token[4:]}", token[:-1], f"{token}x", token.swapcase(), "ünï.cödé", ".")
    for other in changed:
        assert made.read_link_token(other) is None
    assert generate().read_link_token(token) is None


def test_a_service_that_was_not_given_a_secret_is_told_which() -> None:
    with pytest.raises(BadSecrets, match="the secret 'link' is missing"):
        Secrets({}).link_token("5f2c")


def test_a_secret_that_is_damaged_is_named_and_not_shown() -> None:
    with pytest.raises(BadSecrets, match="the secret 'email' is not base64") as refused:
        Secrets({"email": "not! base64"}).email_key("ann@example.org")

    assert "not! base64" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{half", "cannot be read as a file of secrets: JSONDecodeError"),
        ("[]", "is not a file of secrets by name"),
        ('{"link": 7}', "is not a file of secrets by name"),
        (json.dumps({"lnik": "hush"}), "has lnik, which is no secret of ours"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text)

    with pytest.raises(BadSecrets, match=sentence) as refused:
        read(path)

    assert str(path) in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadSecrets, match="FileNotFoundError"):
        read(tmp_path / "nowhere.json")


def test_each_service_gets_what_it_needs_and_no_more(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert main(["secrets", "--per-service", str(folder)]) == 0
    before = (folder / "accounts.json").read_text()
    assert main(["secrets", "--per-service", str(folder)]) == 0

    known = {name: set(read(folder / f"{name}.json").values) for name in SERVICES}
    assert known == {
        "accounts": {"session_private", "session_public", "link", "email", "second_factor"},
        "notifications": {"session_public", "link"},
        "consultation": {"session_public", "equality", "network"},
    }
    assert (folder / "accounts.json").read_text() == before
    assert folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(BadSecrets, match="session_private"):
        _ = read(folder / "consultation.json").session_private


def test_a_key_that_came_later_is_added_once_and_the_others_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "secrets.json"
    before = {name: value for name, value in generate().values.items() if name not in OPTIONAL}
    write(Secrets(before), path)
    assert not read(path).has_equality

    assert main(["secrets", "--add", str(path)]) == 0
    once = read(path)
    assert main(["secrets", "--add", str(path)]) == 0

    assert read(path) == once
    assert {name: once.values[name] for name in before} == before
    assert set(once.values) == set(NAMES)
    assert once.unlock_equality(once.lock_equality(b"told", "park"), "park") == b"told"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(value in capsys.readouterr().out for value in once.values.values())
