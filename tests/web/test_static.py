from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.routing import Mount

from shared.place import load_place
from shared.web.static import Assets

PLACE = load_place(Path("places/luton"))


async def fetch(path: str, method: str = "GET", encoding: str = "identity") -> Response:
    app = Starlette(routes=[Mount("/assets", Assets(PLACE))])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://town") as client:
        return await client.request(method, path, headers={"accept-encoding": encoding})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("engage.css", "text/css; charset=utf-8"),
        ("place.css", "text/css; charset=utf-8"),
        ("init.js", "text/javascript; charset=utf-8"),
        ("govuk-frontend.js", "text/javascript; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
    ],
)
async def test_an_asset_is_kept_for_ever_and_is_the_same_packed(name: str, kind: str) -> None:
    url = Assets(PLACE).url(name)
    plain, packed = await fetch(url), await fetch(url, encoding="gzip")
    assert (plain.status_code, plain.headers["content-type"]) == (200, kind)
    assert "immutable" in plain.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


async def test_the_colours_of_the_place_are_served() -> None:
    css = (await fetch(Assets(PLACE).url("place.css"))).text
    assert f"--govuk-brand-colour:{PLACE.colours.brand}" in css
    assert PLACE.colours.accent in (await fetch(Assets(PLACE).url("mark.svg"))).text


async def test_another_place_has_another_address_for_its_colours() -> None:
    other = PLACE.model_copy(update={"colours": PLACE.colours.model_copy(update={"brand": "#222222"})})
    assert Assets(other).url("place.css") != Assets(PLACE).url("place.css")
    assert Assets(other).url("engage.css") == Assets(PLACE).url("engage.css")


@pytest.mark.parametrize("path", ["/assets/engage.css", "/assets/", "/assets/../place.json", "/assets/manifest.json"])
async def test_what_is_no_asset_is_not_found(path: str) -> None:
    assert (await fetch(path)).status_code == 404


async def test_an_asset_takes_nothing() -> None:
    assert (await fetch(Assets(PLACE).url("place.css"), "POST")).status_code == 404


async def test_the_script_loads_the_library_by_the_name_it_is_served_under() -> None:
    assets = Assets(PLACE)
    assert assets.url("govuk-frontend.js").rpartition("/")[2] in (await fetch(assets.url("init.js"))).text


async def test_nothing_of_gov_uk_that_is_not_ours_to_wear_is_served() -> None:
    css = (await fetch(Assets(PLACE).url("engage.css"))).text
    assert not [word for word in ("@font-face", "GDS Transport", "crest", "url(") if word in css]


def test_a_start_without_built_assets_says_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"python -m shared\.web\.assets\.build"):
        Assets(PLACE, tmp_path)
