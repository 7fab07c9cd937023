import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.contrast import contrast
from shared.place import BrokenPlace, load_place

LUTON = Path("places/luton")
Change = Callable[[dict[str, Any]], object]


def test_luton_is_read() -> None:
    place = load_place(LUTON)
    assert (place.name, place.population.total, len(place.wards)) == ("Luton", 225_300, 20)
    assert place.interests[0] == ("economy", "Inclusive economy")
    assert place.measures[0].series == (("2022", 52.0),)
    assert place.priorities[0].outcomes[4].title == "A thriving town centre"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda place: place.pop("council"), "place.json, council: Field required."),
        (lambda place: place["population"].update(total="many"), "population.total: "),
        (lambda place: place["priorities"][1].pop("title"), "priorities.1.title: Field required."),
        (lambda place: place["colours"].update(link="blue"), "colours.link: "),
        (lambda place: place["colours"].update(link="#9ab8c8"), "colours: link on white has a contrast of 2.1 to 1"),
        (lambda place: place["colours"].update(accent="#333333"), "brand_dark on accent"),
        (lambda place: place["wards"].append("Saints"), "wards holds the same one twice"),
        (lambda place: place["characteristics"]["age"]["shares"].update({"0-14": 0.3}), "the shares come to 108%"),
        (
            lambda place: place["characteristics"]["age"]["compare"][0]["groups"].append("5-9"),
            "compare names the group 5-9, which shares does not have",
        ),
        (
            lambda place: place["characteristics"]["age"]["compare"][1]["options"].append("under-16"),
            "compare has the option under-16 twice",
        ),
        (
            lambda place: place["characteristics"].update(
                ward={"name": "Ward", "source": "?", "shares": {"Biscot": 0.4, "Saints": 0.6}}
            ),
            "characteristics.ward must have a share for each of the wards",
        ),
        (lambda place: place["measures"][0].update(outcome="gone-1"), "the outcome gone-1, which no priority has"),
        (lambda place: place.update(small_numbers=3), "place.json, small_numbers: Input should be 5 or 10."),
        (
            lambda place: place["surveys"][0]["waves"][0]["shares"][0].update(share=66),
            "surveys.0.waves.0.shares.0.share",
        ),
        (lambda place: place["surveys"].append(place["surveys"][0]), "surveys holds the same one twice"),
    ],
)
def test_a_broken_place_is_refused_with_its_file_and_field(tmp_path: Path, change: Change, sentence: str) -> None:
    place = json.loads((LUTON / "place.json").read_bytes())
    change(place)
    (tmp_path / "place.json").write_text(json.dumps(place))
    with pytest.raises(BrokenPlace) as refused:
        load_place(tmp_path)
    assert str(tmp_path / "place.json") in str(refused.value)
    assert sentence in str(refused.value)


def test_a_place_that_is_not_there_or_not_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenPlace, match="cannot be read: No such file"):
        load_place(tmp_path)
    (tmp_path / "place.json").write_text("{")
    with pytest.raises(BrokenPlace, match="Invalid JSON"):
        load_place(tmp_path)


def test_contrast_is_as_wcag_gives_it() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == 1


def listed(tmp_path: Path, content: str) -> Path:
    (tmp_path / "place.json").write_bytes((LUTON / "place.json").read_bytes())
    (tmp_path / "postcodes.csv").write_text(content, encoding="utf-8")
    return tmp_path


def test_a_list_of_postcodes_says_in_which_ward_each_is(tmp_path: Path) -> None:
    place = load_place(listed(tmp_path, "\ufeffpostcode,ward\nLU3 1AA,High Town\nlu31ab, Biscot\n"))
    assert [place.ward_of(each) for each in ("LU3 1AA", "lu3 1ab", "LU9 9ZZ")] == ["High Town", "Biscot", None]
    assert load_place(LUTON).ward_of("LU3 1AA") is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The first line must be postcode,ward."),
        ("LU3 1AA,Biscot\n", "The first line must be postcode,ward."),
        ("postcode,ward\nLU3 1AA,Biscot\nLU3 1AB,Nowhere\n", "line 3: There must be a postcode, and a ward"),
        ("postcode,ward\nLU3 1AA\n", "line 2: There must be a postcode, and a ward"),
        ("postcode,ward\n,Biscot\n", "line 2: There must be a postcode, and a ward"),
        ("postcode,ward\nLU3 1AA,Biscot\nLU31AA,Dallow\n", "line 3: LU31AA is in two wards."),
    ],
)
def test_a_broken_list_of_postcodes_is_refused_with_its_line(tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(BrokenPlace) as refused:
        load_place(listed(tmp_path, content))
    assert str(tmp_path / "postcodes.csv") in str(refused.value)
    assert sentence in str(refused.value)
