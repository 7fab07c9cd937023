"""Pools are read from the field's common files, whichever program wrote them; each fault is named where it stands."""

import codecs
from pathlib import Path

import pytest

from services.fairness_taskforce.selection.faults import BadPool
from services.fairness_taskforce.selection.pool import Person, Pool, Quota
from services.fairness_taskforce.selection.reading import Sheets, read_pool
from services.fairness_taskforce.selection.tables import LARGEST_FILE, Sheet

CATEGORIES = "category,feature,min,max\ngender,f,1,2\ngender,m,1,2\nage,young,0,3\nage,old,0,3\n"
RESPONDENTS = "id,gender,age,home\nana,f,young,A\nben,m,old,A\ncat,f,old,\ndan,m,young,B\n"
POOL = Pool(
    categories=("gender", "age"),
    quotas=(
        Quota("gender", "f", 1, 2),
        Quota("gender", "m", 1, 2),
        Quota("age", "young", 0, 3),
        Quota("age", "old", 0, 3),
    ),
    people=(
        Person("ana", ("f", "young")),
        Person("ben", ("m", "old")),
        Person("cat", ("f", "old")),
        Person("dan", ("m", "young")),
    ),
    seats=3,
)
POOLS = Path(__file__).parent / "data"


def sheets(
    categories: str | bytes = CATEGORIES,
    respondents: str | bytes = RESPONDENTS,
    *,
    household: str = "",
    apart: str | None = None,
    seated: str | None = None,
) -> Sheets:
    return Sheets(
        sheet("categories.csv", categories),
        sheet("respondents.csv", respondents),
        household,
        None if apart is None else sheet("apart.csv", apart),
        None if seated is None else sheet("seated.csv", seated),
    )


def sheet(name: str, content: str | bytes) -> Sheet:
    return Sheet(name, content.encode() if isinstance(content, str) else content)


def refused(files: Sheets, seats: int = 3) -> BadPool:
    with pytest.raises(BadPool) as caught:
        read_pool(files, seats)
    return caught.value


def test_a_pool_is_read() -> None:
    assert read_pool(sheets(), 3) == POOL


@pytest.mark.parametrize(
    "header",
    [
        "category,feature,min,max",
        "feature,value,min,max",
        "category,name,min,max",
        "Feature,Value,Min,Max",
        " feature , value ,min,max",
    ],
)
def test_either_header_of_the_field_is_understood(header: str) -> None:
    assert read_pool(sheets(CATEGORIES.replace("category,feature,min,max", header)), 3) == POOL


def test_columns_that_bend_quotas_are_passed_over() -> None:
    lines = CATEGORIES.replace("category,feature,min,max", "feature,value,min,max,min_flex,max_flex").splitlines()
    text = "\n".join([lines[0], *(f"{line},0,9" for line in lines[1:])])

    assert read_pool(sheets(text), 3) == POOL


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_separators_line_ends_and_encodings_make_no_difference(separator: str, end: str, encoding: str) -> None:
    categories = (
        CATEGORIES.replace("young", "até 30").replace("old", "ältere").replace(",", separator).replace("\n", end)
    )
    people = RESPONDENTS.replace("young", "até 30").replace("old", "ältere").replace(",", separator).replace("\n", end)

    pool = read_pool(sheets(categories.encode(encoding), people.encode(encoding)), 3)

    assert [quota.feature for quota in pool.quotas] == ["f", "m", "até 30", "ältere"]
    assert [person.features[1] for person in pool.people] == ["até 30", "ältere", "ältere", "até 30"]


def test_utf_16_with_the_other_byte_order_is_read() -> None:
    content = codecs.BOM_UTF16_BE + CATEGORIES.encode("utf-16-be")

    assert read_pool(sheets(content), 3) == POOL


def test_blanks_around_a_value_are_trimmed_and_those_within_are_kept() -> None:
    people = 'id,gender,age,home\n ana ,f\u00a0,"  young  ",A B\nben,m,old,A B\ncat,f,old,\n'

    pool = read_pool(sheets(respondents=people, household="home"), 2)

    assert pool.people[0] == Person("ana", ("f", "young"), "A B")


def test_separators_quotation_marks_and_line_ends_within_quotation_marks_are_text() -> None:
    categories = CATEGORIES.replace("young", '"16, or\n""so"""')
    people = RESPONDENTS.replace("young", '"16, or\n""so"""')

    assert read_pool(sheets(categories, people), 3).people[0].features == ("f", '16, or\n"so"')


def test_the_separator_is_found_outside_of_quotation_marks() -> None:
    people = RESPONDENTS.replace(",", ";").replace("home", '"home, street, town, county, country"')

    assert read_pool(sheets(respondents=people), 3) == POOL


def test_values_count_with_their_capitals() -> None:
    bad = refused(sheets(respondents=RESPONDENTS.replace("ana,f", "ana,F")))

    assert bad.sentence == (
        "respondents.csv, row 2, column “gender”: “F” has no row in the categories. "
        "Is it “f”? Small and capital letters count."
    )


def test_without_ids_people_are_counted_from_one_and_empty_rows_do_not_count() -> None:
    people = "gender,age\nf,young\n,\n\nm,old\nf,old\n"

    assert [person.id for person in read_pool(sheets(respondents=people), 3).people] == ["1", "2", "3"]


def test_the_column_of_ids_may_have_capitals_and_stand_anywhere() -> None:
    people = "gender,ID,age\nf,ana,young\nm,ben,old\nf,cat,old\n"

    assert [person.id for person in read_pool(sheets(respondents=people), 3).people] == ["ana", "ben", "cat"]


def test_households_come_from_the_column_that_is_named() -> None:
    pool = read_pool(sheets(household="home"), 3)

    assert [person.household for person in pool.people] == ["A", "A", "", "B"]


@pytest.mark.parametrize(
    "text", ["ana,ben\ncat,ana\nben,ana\n", "id_1,id_2\nana,ben\ncat,ana\n", "id;id\nana;ben\ncat;ana\n"]
)
def test_pairs_apart_are_read_once_each_with_a_header_or_without(text: str) -> None:
    assert read_pool(sheets(apart=text), 3).apart == (("ana", "ben"), ("cat", "ana"))


@pytest.mark.parametrize("text", ["ben\n", "id\nben\n", "ID\r\nben"])
def test_who_is_seated_is_not_drawn_again(text: str) -> None:
    pool = read_pool(sheets(seated=text, apart="ana,ben"), 3)

    assert [person.id for person in pool.people] == ["ana", "cat", "dan"]
    assert pool.seated == (Person("ben", ("m", "old")),)
    assert (pool.seats, pool.to_draw) == (3, 2)


def test_a_feature_nobody_has_is_right_when_nobody_must_have_it() -> None:
    assert read_pool(sheets(CATEGORIES + "age,ancient,0,1\n"), 3).quotas[-1] == Quota("age", "ancient", 0, 1)


def test_one_person_for_one_seat_is_a_pool() -> None:
    pool = read_pool(sheets("category,feature,min,max\ngender,f,1,1", "id,gender\nana,f"), 1)

    assert pool.people == (Person("ana", ("f",)),)


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in POOLS.glob("*/categories.csv")))
def test_every_pool_of_the_field_is_read(folder: str) -> None:
    seats = int(folder.rsplit("_", 1)[1].lstrip("k"))
    categories, respondents = (Sheet.open(POOLS / folder / f"{name}.csv") for name in ("categories", "respondents"))

    pool = read_pool(Sheets(categories, respondents), seats)

    assert len(pool.people) == len((POOLS / folder / "respondents.csv").read_text().splitlines()) - 1
    assert len({person.id for person in pool.people}) == len(pool.people)


C, R = "categories.csv", "respondents.csv"
BAD_CATEGORIES = [
    ("", C, None, None, "This file is empty."),
    (" \n\n", C, None, None, "This file is empty."),
    ("category,feature,min,max\n", C, None, None, "This file has a header, but no quotas below it."),
    ("category,feature,min\ngender,f,1\n", C, 1, "max", "This column is missing."),
    ("gender,f,1,2\n", C, 1, "category", "This column is missing."),
    (CATEGORIES + "gender,f,1,2\n", C, 6, None, "“f” of “gender” is also in row 2. Keep one of them."),
    (CATEGORIES + "gender,,1,2\n", C, 6, None, "A row needs both a category and a feature."),
    (CATEGORIES.replace("f,1,2", "f,-1,2"), C, 2, "min", "“-1” is not a whole number, 0 or more."),
    (CATEGORIES.replace("f,1,2", "f,1,2.5"), C, 2, "max", "“2.5” is not a whole number, 0 or more."),
    (CATEGORIES.replace("f,1,2", "f,one,2"), C, 2, "min", "“one” is not a whole number, 0 or more."),
    (CATEGORIES.replace("f,1,2", "f,1,"), C, 2, "max", "This is empty. Write a whole number, 0 or more."),
    (CATEGORIES.replace("f,1,2", "f,1," + "9" * 5000), C, 2, "max", f"“{'9' * 30}” is not a whole number, 0 or more."),
    (CATEGORIES.replace("f,1,2", "f,2,1"), C, 2, "min", "The minimum, 2, is above the maximum, 1."),
    (CATEGORIES.replace("f,1,2", "f,4,5"), C, 2, "min", "The minimum, 4, is above the number of seats, 3."),
    (CATEGORIES.replace("f,1,2", "f,3,3"), C, 2, "min", "The minimums of “gender” add up to 4, more than the 3 seats."),
    (
        CATEGORIES.replace("f,1,2", "f,1,1").replace("m,1,2", "m,1,1"),
        C, 2, "max", "The maximums of “gender” add up to 2, fewer than the 3 seats.",
    ),
    (CATEGORIES + "age,ancient,1,1\n", C, 6, "min", "Nobody in respondents.csv has “ancient”, but at least 1 must."),
    (CATEGORIES + "ward,a,0,3\n", R, 1, "ward", "This column is missing."),
    (CATEGORIES.replace("gender", "Gender"), R, 1, "Gender",
     "This column is missing. Is it “gender”? Small and capital letters count."),
    (CATEGORIES.encode().replace(b"young", b"yo\x81ng"), C, 4, None,
     "The letters of this file cannot be read. Save it as CSV in UTF-8."),
    (b"\xff\xfec\x00a\x00t", C, 1, None, "The letters of this file cannot be read. Save it as CSV in UTF-8."),
    (CATEGORIES.replace("young", "yo\0ng"), C, 4, None, "There is a byte of value 0 here. Save the table as CSV."),
    (b"\0" * 1000, C, 1, None, "There is a byte of value 0 here. Save the table as CSV."),
    (b"PK\x03\x04" + b"x" * 100, C, None, None, "This is a file of a spreadsheet program. Save the table as CSV."),
    (CATEGORIES.replace("young", '"young'), C, 4, None,
     "A quotation mark is not closed, or has text behind it, or a cell is far too long."),
    (b"x" * (LARGEST_FILE + 1), C, None, None,
     "This file is larger than 20 MB. Keep only the columns that are needed."),
]  # fmt: skip
BAD_RESPONDENTS = [
    ("", R, None, None, "This file is empty."),
    ("id,gender,age\n", R, None, None, "This file has a header, but nobody below it."),
    (RESPONDENTS.replace("id,gender", "id,sex"), R, 1, "gender", "This column is missing."),
    (RESPONDENTS.replace("home", "age"), R, 1, "age", "There are 2 columns of this name."),
    (RESPONDENTS.replace("home", "ID"), R, 1, "id", "There are several columns of this name."),
    (RESPONDENTS.replace("ben,m", "ben,x"), R, 3, "gender", "“x” has no row in the categories."),
    (RESPONDENTS.replace("ben,m", "ben,"), R, 3, "gender", "This is empty. Every person needs a value here."),
    (RESPONDENTS.replace("ben,m,old,A", "ben,m"), R, 3, "age", "This is empty. Every person needs a value here."),
    (RESPONDENTS.replace("old,A", "old,A,more"), R, 3, None, "This row has 5 cells and the header only 4."),
    (RESPONDENTS.replace("cat", "ana"), R, 4, "id", "“ana” is also in row 2. Every person needs an id of their own."),
    (RESPONDENTS.replace("cat", ""), R, 4, "id", "This is empty. Every person needs an id of their own."),
    ("\n\n" + RESPONDENTS.replace("ben,m", "ben,x"), R, 5, "gender", "“x” has no row in the categories."),
    (RESPONDENTS.replace("cat,f,old,\ndan,m,young,B\n", ""), R, None, None,
     "There are 2 people for 3 seats. More people must volunteer, or seats be fewer."),
    (RESPONDENTS.replace("ben", "b\0n"), R, 3, None, "There is a byte of value 0 here. Save the table as CSV."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("categories", "respondents", "file", "row", "column", "says"),
    [(each[0], RESPONDENTS, *each[1:]) for each in BAD_CATEGORIES]
    + [(CATEGORIES, each[0], *each[1:]) for each in BAD_RESPONDENTS],
    ids=range(len(BAD_CATEGORIES) + len(BAD_RESPONDENTS)),
)
def test_a_fault_is_named_with_its_file_row_and_column(  # noqa: PLR0913
    categories: str | bytes, respondents: str, file: str, row: int | None, column: str | None, says: str
) -> None:
    bad = refused(sheets(categories, respondents))

    found = [(fault.file, fault.row, fault.column, fault.says) for fault in bad.faults]
    assert (file, row, column, says) in found
    assert (bad.file, bad.row, bad.column, bad.sentence) == (*found[0][:3], bad.faults[0].sentence)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (sheets(household="flat"), "respondents.csv, row 1, column “flat”: This column is missing."),
        (sheets(apart="ana,zoe"), "apart.csv, row 1, column “2”: Nobody among the respondents has the id “zoe”."),
        (sheets(apart="ana,ana"), "apart.csv, row 1: “ana” cannot be kept apart from themselves."),
        (sheets(apart="id,id\nana\n"), "apart.csv, row 2: A row needs two ids."),
        (sheets(apart="ana,ben,cat\n"), "apart.csv, row 1: A row needs two ids."),
        (sheets(apart=""), "apart.csv: This file is empty."),
        (sheets(apart="ana,ben", seated="ana\nben"), "apart.csv, row 1: “ana” and “ben” both have seats already."),
        (sheets(seated="zoe\nana"), "seated.csv, row 1: Nobody among the respondents has the id “zoe”."),
        (sheets(seated="ana\nana"), "seated.csv, row 2: “ana” is also in row 1."),
        (sheets(seated="ana\nben\ncat"), "seated.csv: 3 of 3 seats are filled already, so there is nothing to draw."),
    ],
    ids=range(10),
)
def test_a_fault_of_households_pairs_and_the_seated_is_named(files: Sheets, sentence: str) -> None:
    assert refused(files).sentences == [sentence]


@pytest.mark.parametrize("seats", [0, -1])
def test_a_group_of_nobody_is_refused(seats: int) -> None:
    assert refused(sheets(), seats).sentence == f"A group of {seats} cannot be selected. It needs at least 1 seat."


def test_all_faults_of_all_files_are_named_at_once() -> None:
    bad = refused(
        sheets(
            CATEGORIES.replace("f,1,2", "f,x,2"), RESPONDENTS.replace("ben,m", "ben,x"), seated="zoe", apart="yan,ana"
        )
    )

    assert [(fault.file, fault.row) for fault in bad.faults] == [
        ("categories.csv", 2), ("respondents.csv", 3), ("seated.csv", 1), ("apart.csv", 1),
    ]  # fmt: skip


def test_of_many_faults_a_hundred_are_named_and_the_others_counted() -> None:
    people = "id,gender,age\n" + "".join(f"p{at},x,old\n" for at in range(250))

    bad = refused(sheets(respondents=people))

    assert (len(bad.faults), bad.left_out) == (100, 152)
    assert bad.sentences[-1] == "There are 152 more faults."


def test_quotas_that_clash_still_give_a_pool_whose_least_changes_can_be_looked_for() -> None:
    bad = refused(sheets(CATEGORIES.replace("f,1,2", "f,3,3")))

    assert [fault.clash for fault in bad.faults] == [True]
    assert bad.pool is not None
    assert bad.pool.quotas[0] == Quota("gender", "f", 3, 3)
    assert bad.pool.people == POOL.people


def test_files_with_other_faults_give_no_pool() -> None:
    bad = refused(sheets(CATEGORIES.replace("f,1,2", "f,3,3"), RESPONDENTS.replace("ben,m", "ben,x")))

    assert bad.pool is None


def test_a_large_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "respondents.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)

    opened = Sheet.open(path)

    assert len(opened.content) == LARGEST_FILE + 1
    with pytest.raises(BadPool, match=r"respondents\.csv: This file is larger than 20 MB"):
        read_pool(Sheets(sheet("categories.csv", CATEGORIES), opened), 3)


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadPool, match=r"none\.csv: This file cannot be opened: No such file"):
        Sheet.open(tmp_path / "none.csv")
