"""A consultation in other languages: written by officers and translators, read and answered by people."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

import pytest
from markupsafe import escape

from services.consultation import usecases
from services.consultation.domain import (
    AGREE_SCALE,
    Details,
    Exit,
    Kind,
    Option,
    Question,
    Questionnaire,
    Route,
)
from services.consultation.domain import Page as FormPage
from services.consultation.domain.language import Change, Translation, mark_of
from services.consultation.domain.phrases import phrases_of, translated
from shared.errors import Conflict, Invalid
from shared.run import Run
from shared.web.english import InEnglish
from shared.web.markdown import markdown
from tests.eventually import eventually
from tests.town import NOON, Town, details_of
from tests.visitor import Page, Visitor

SWINGS = Option("swings", "Swings")
ASKED = Questionnaire(
    (
        FormPage(
            "page-1",
            "About you",
            questions=(
                Question(
                    "missing",
                    Kind.ONE_CHOICE,
                    "What is missing?",
                    options=(SWINGS, Option("cafe", "A café")),
                    other=True,
                ),
                Question("safe", Kind.AGREE, "I feel safe there", options=AGREE_SCALE),
                Question("clean", Kind.AGREE, "It is clean", options=AGREE_SCALE),
            ),
            routes=(Route("missing", ("cafe",), "no-cafe"),),
        ),
        FormPage(
            "page-2",
            "More",
            questions=(Question("else", Kind.SHORT_TEXT, "What else?", hint="In a few words", required=True),),
        ),
    ),
    exits=(Exit("no-cafe", "No café", "There will be none"),),
)
PAGES = tuple(replace(page, routes=()) for page in ASKED.pages)
DETAILS = Details(**details_of(NOON))
URDU = {
    "details.title": "پارک",
    "page.page-1.title": "آپ کے بارے میں",
    "question.missing.text": "کیا کمی ہے؟",
    "option.missing.swings": "جھولے",
    "question.else.text": "اور کیا؟",
    "word.continue": "جاری رکھیں",
}


def written(texts: Mapping[str, str], asked: Questionnaire = ASKED) -> Translation:
    phrases = phrases_of(DETAILS, asked)
    changes = [Change(key, text) for key, text in texts.items()]
    return Translation("park:ur", "park", "ur").write(changes, phrases, 1, "officer", NOON)


async def published(town: Town, language: str = "ur", texts: Mapping[str, str] = URDU) -> None:
    await town.publish(pages=PAGES)
    documents, now = town.consultations, town.clock()
    await usecases.add_language(usecases.AddLanguage("park", language, "officer"), documents, now)
    changes = [Change(key, text) for key, text in texts.items()]
    await usecases.write_texts(usecases.WriteTexts("park", language, changes, "officer"), documents, now)
    run = Run(town.host.service("consultation").relay.wake)
    await run(lambda: usecases.offer_language(usecases.OfferLanguage("park", language), documents))


LANGUAGE = "/staff/consultations/park/languages/ur"


async def officer_at(town: Town, path: str = LANGUAGE) -> tuple[Visitor, Page]:
    officer, _ = await town.staff()
    return officer, await officer.get(path)


def test_every_text_that_people_read_is_there_to_be_translated_once() -> None:
    phrases = phrases_of(DETAILS, ASKED)
    keys = [phrase.key for phrase in phrases]

    assert len(keys) == len(set(keys))
    assert keys[:2] == ["details.title", "details.summary"]
    assert {"page.page-2.title", "question.else.hint", "option.missing.cafe", "exit.no-cafe.text", "word.other"} <= set(
        keys
    )
    assert keys.count("answer.agree") == 1  # though two questions have the scale
    assert all(phrase.text for phrase in phrases)


def test_a_translated_questionnaire_has_other_words_and_nothing_else() -> None:
    said = translated(ASKED, {phrase.key: f"*{phrase.text}" for phrase in phrases_of(DETAILS, ASKED)})

    first = said.pages[0].questions[0]
    assert (first.text, [option.text for option in first.all_options]) == (
        "*What is missing?",
        ["*Swings", "*A café", "*Other"],
    )
    assert said.exits[0].text == "*There will be none"
    assert said.fields == ASKED.fields
    assert [page.routes for page in said.pages] == [page.routes for page in ASKED.pages]
    assert translated(ASKED, {}) == ASKED


def test_what_is_missing_stays_as_it_is() -> None:
    said = translated(ASKED, URDU, lambda text: f"[{text}]")

    assert [option.text for option in said.pages[0].questions[0].all_options] == ["جھولے", "[A café]", "[Other]"]
    assert said.pages[1].questions[0].hint == "[In a few words]"
    assert said.pages[1].intro == ""


def test_a_changed_original_marks_its_translation_as_out_of_date_and_is_not_shown() -> None:
    changed = ASKED.put_question(
        Question("else", Kind.SHORT_TEXT, "What else is missing?", hint="In a few words", required=True), "page-2"
    )
    translation = written(URDU)

    (row,) = [row for row in translation.rows(phrases_of(DETAILS, changed)) if row.phrase.key == "question.else.text"]

    assert (row.text, row.outdated) == ("", "اور کیا؟")
    assert "question.else.text" not in translation.texts(phrases_of(DETAILS, changed))
    assert translation.texts(phrases_of(DETAILS, ASKED))["question.else.text"] == "اور کیا؟"


def test_each_version_keeps_its_own_translation() -> None:
    changed = ASKED.put_question(Question("else", Kind.SHORT_TEXT, "Anything more?", required=True), "page-2")

    both = written(URDU).write([Change("question.else.text", "کچھ اور؟")], phrases_of(DETAILS, changed), 2, "o", NOON)

    assert both.texts(phrases_of(DETAILS, ASKED))["question.else.text"] == "اور کیا؟"
    assert both.texts(phrases_of(DETAILS, changed))["question.else.text"] == "کچھ اور؟"
    assert both.version == 2


def test_what_someone_else_changed_meanwhile_is_told_and_what_they_did_not_is_kept() -> None:
    before, phrases = written(URDU), phrases_of(DETAILS, ASKED)
    theirs = before.write(
        [Change("details.title", "باغ"), Change("question.missing.text", "کیا؟")], phrases, 1, "a", NOON
    )
    untouched = Change("details.title", "پارک", was=mark_of("پارک"))

    mine = theirs.write(
        [untouched, Change("question.else.text", "مزید؟", was=mark_of("اور کیا؟"))], phrases, 1, "b", NOON
    )
    with pytest.raises(Invalid) as refused:
        theirs.write([Change("question.missing.text", "کمی؟", was=mark_of("کیا کمی ہے؟"))], phrases, 1, "b", NOON)

    assert mine.texts(phrases)["details.title"] == "باغ"
    assert mine.texts(phrases)["question.else.text"] == "مزید؟"
    assert "Someone else has changed this" in refused.value.errors["question.missing.text"]
    assert "کیا؟" in refused.value.errors["question.missing.text"]


def test_a_translation_may_not_be_much_longer_than_the_english() -> None:
    with pytest.raises(Invalid) as refused:
        written({"option.missing.swings": "x" * 225})
    assert refused.value.errors == {"option.missing.swings": "This is 1 characters too long for “answer”"}


def test_a_language_is_published_once_it_has_a_title() -> None:
    with pytest.raises(Conflict, match="Translate the title first"):
        written({"question.else.text": "اور کیا؟"}).must_be_publishable(phrases_of(DETAILS, ASKED))
    written(URDU).must_be_publishable(phrases_of(DETAILS, ASKED))


async def test_an_officer_adds_a_language_translates_and_publishes_it(town: Town) -> None:
    await town.publish(pages=PAGES)
    officer, page = await officer_at(town, "/staff/consultations/park/languages")
    assert page.html.index("Easy read</option>") < page.html.index("Urdu (اردو)") < page.html.index("Welsh (Cymraeg)")

    page = await officer.submit(page, {"language": "ur"}, action="/languages")
    early = await officer.submit(page, action="/publish")
    typed = {f"t-{key}": text for key, text in URDU.items()}
    saved = await officer.submit(page, typed, action="?part=1")
    await officer.submit(saved, action="/publish")

    assert (early.status, "Translate the title first" in early.html) == (422, True)
    total = len(phrases_of((await usecases.load("park", town.consultations)).value.details, ASKED))
    assert f"of {total - 2} texts" in saved.html  # with no exit page in this one
    listed = await officer.get("/staff/consultations/park/languages")
    assert "Published" in listed.html
    assert "/consultations/park?lang=ur" not in listed.html
    assert "?lang=ur" in (await town.visitor().get("/consultations/park")).html


async def test_words_that_we_know_are_filled_in_and_can_be_changed(town: Town) -> None:
    await town.publish(pages=PAGES)
    officer, page = await officer_at(town, "/staff/consultations/park/languages")
    page = await officer.submit(page, {"language": "cy"}, action="/languages")
    assert page.form("?part=1").fields["t-word.continue"] == ["Parhau"]

    page = await officer.submit(page, {"t-word.continue": "Ymlaen"}, action="?part=1")

    assert page.form("?part=1").fields["t-word.continue"] == ["Ymlaen"]


async def test_two_officers_who_save_at_once_lose_nothing(town: Town) -> None:
    await published(town)
    officer, page = await officer_at(town)
    first = await officer.submit(page, {"t-question.safe.text": "محفوظ"}, action="?part=1")
    second = await officer.submit(
        page, {"t-question.clean.text": "صاف", "t-question.safe.text": "امن"}, action="?part=1"
    )
    again = await officer.submit(second, action="?part=1")

    assert first.status == 200
    assert second.status == 422
    assert "It now says: محفوظ" in second.html
    assert second.form("?part=1").fields["t-question.clean.text"] == ["صاف"]
    assert again.form("?part=1").fields["t-question.safe.text"] == ["امن"]


async def test_an_outdated_text_is_shown_in_english_until_an_officer_says_it_is_still_right(town: Town) -> None:
    await published(town)
    officer, _ = await officer_at(town)
    documents = town.consultations
    await usecases.begin_version("park", documents)
    changed = Question("missing", Kind.ONE_CHOICE, "What is missing now?", options=(SWINGS, Option("cafe", "A café")))
    await usecases.put_question(usecases.PutQuestion("park", changed, "page-1", even_so=True), documents)
    page = await officer.get(LANGUAGE)
    assert "1 out of date" in page.html
    old = await town.visitor().get("/consultations/park/answer?lang=ur")
    loaded = await usecases.load("park", documents)
    await documents.consultations.save(loaded, loaded.value.publish_version(town.clock()))

    new = await town.visitor().get("/consultations/park/answer?lang=ur")
    page = await officer.submit(await officer.get(LANGUAGE), {"right-question.missing.text": "yes"}, action="?part=1")
    right = await town.visitor().get("/consultations/park/answer?lang=ur")

    assert "کیا کمی ہے؟" in old.html
    assert "کیا کمی ہے؟" not in new.html
    assert '<span lang="en-GB" dir="ltr">What is missing now?</span>' in new.html
    assert "out of date" not in page.html.split("What is missing or out of date")[0]
    assert "کیا کمی ہے؟" in right.html


async def test_a_form_is_shown_from_right_to_left_with_missing_texts_marked_as_english(town: Town) -> None:
    await published(town)

    page = await town.visitor().get("/consultations/park/answer?lang=ur")

    assert '<div lang="ur" dir="rtl">' in page.html
    assert "جھولے" in page.html
    assert '<span lang="en-GB" dir="ltr">A café</span>' in page.html
    assert "<title>آپ کے بارے میں: پارک" in page.html
    assert "جاری رکھیں" in page.html
    assert page.form().fields["lang"] == ["ur"]


async def test_a_language_that_is_not_published_or_not_there_is_english(town: Town) -> None:
    await published(town)
    await usecases.add_language(usecases.AddLanguage("park", "pl", "officer"), town.consultations, town.clock())
    for lang in ("pl", "xx", "en", "../ur", ""):
        page = await town.visitor().get(f"/consultations/park/answer?lang={lang}")
        assert page.status == 200
        assert "What is missing?" in page.html
        assert page.form().fields["lang"] == ["en"]


async def test_switching_the_language_keeps_the_answers_and_the_page(town: Town) -> None:
    await published(town)
    visitor = town.visitor()
    first = await visitor.get("/consultations/park/answer")
    second = await visitor.submit(first, {"q-missing": "swings", "q-safe": "agree"})

    urdu = await visitor.submit(second, {"q-else": "A bench"}, button=("go", "lang-ur"))
    english = await visitor.submit(urdu, button=("go", "lang-en"))

    assert "اور کیا؟" in urdu.html
    for page, lang in ((urdu, "ur"), (english, "en")):
        fields = page.form().fields
        assert (fields["page"], fields["lang"]) == (["page-2"], [lang])
        assert (fields["q-missing"], fields["q-safe"], fields["q-else"]) == (["swings"], ["agree"], ["A bench"])
    assert "What else?" in english.html


async def test_the_language_of_each_answer_is_kept_and_counted(town: Town) -> None:
    await published(town)
    for lang, count in (("ur", 2), ("en", 1)):
        for _ in range(count):
            visitor = town.visitor()
            page = await visitor.get(f"/consultations/park/answer?lang={lang}")
            page = await visitor.submit(page, {"q-missing": "swings"})
            check = await visitor.submit(page, {"q-else": "A bench"})
            receipt = await visitor.submit(check, button=("go", "send"))
            assert ("پارک" in check.html, "پارک" in receipt.html) == ((lang == "ur"), (lang == "ur"))

    stored = await town.consultations.responses.find()
    assert sorted(each.value.language for each in stored) == ["en", "ur", "ur"]

    async def counted() -> bool:
        return "English 1, Urdu 2." in (await town.visitor().get("/consultations/park/results")).html

    assert await eventually(counted, "the languages")


async def test_a_fault_on_a_translated_page_is_told_in_english_and_marked_so(town: Town) -> None:
    await published(town)
    visitor = town.visitor()
    second = await visitor.submit(await visitor.get("/consultations/park/answer?lang=ur"), {"q-missing": "swings"})

    page = await visitor.submit(second, {"q-else": " "})

    assert page.status == 422
    assert page.html.count('<span lang="en-GB" dir="ltr">Write an answer to “What else?”</span>') == 2


async def test_answers_that_nobody_translated_are_marked_as_english_on_the_check_page(town: Town) -> None:
    await published(town)
    visitor = town.visitor()
    second = await visitor.submit(await visitor.get("/consultations/park/answer?lang=ur"), {"q-missing": "cafe"})

    check = await visitor.submit(second, {"q-else": "A café"})

    assert check.html.count('<span lang="en-GB" dir="ltr">A café</span>') == 1  # not what the person wrote
    assert check.html.count("A café</dd>") == 1
    assert '<span lang="en-GB" dir="ltr">Not answered</span>' in check.html


async def test_markup_in_a_translation_is_shown_as_written(town: Town) -> None:
    evil = "<script>alert(1)</script>"
    await published(
        town,
        texts={"details.title": evil, "question.missing.text": evil, "page.page-1.title": evil, "word.continue": evil},
    )
    officer, staff = await officer_at(town)
    visitor = town.visitor()
    form = await visitor.get("/consultations/park/answer?lang=ur")

    for page in (
        staff,
        form,
        await visitor.get("/consultations/park?lang=ur"),
        await officer.get(LANGUAGE + "/preview"),
    ):
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "&lt;script&gt;alert(1)" in page.html


def test_english_among_another_language_is_marked_and_escaped() -> None:
    assert escape(InEnglish("A <b>café")) == '<span lang="en-GB" dir="ltr">A &lt;b&gt;café</span>'
    assert f"{InEnglish('A <b>café')}" == "A <b>café"
    assert markdown(InEnglish("**Swings**")).startswith('<div lang="en-GB" dir="ltr"><p')


async def test_easy_read_is_english_in_larger_letters(town: Town) -> None:
    await published(town, "en-easy", {"details.title": "Our park", "question.missing.text": "What do you want?"})

    page = await town.visitor().get("/consultations/park/answer?lang=en-easy")

    assert '<div lang="en-GB" dir="ltr" class="engage-easy">' in page.html
    assert "What do you want?" in page.html
    assert "A café" in page.html
    assert "<span lang" not in page.html.partition("<form")[2].partition("</nav>")[2].partition("</form>")[0]


async def test_an_officer_can_stop_offering_a_language_and_forms_go_on_in_english(town: Town) -> None:
    await published(town)
    officer, page = await officer_at(town)
    visitor = town.visitor()
    begun = await visitor.get("/consultations/park/answer?lang=ur")

    await officer.submit(page, action="/take-back")
    second = await visitor.submit(begun, {"q-missing": "swings"})

    assert second.status == 200
    assert "What else?" in second.html
    assert "lang=ur" not in (await visitor.get("/consultations/park")).html


async def test_a_file_for_the_translator_comes_back_as_it_went(town: Town) -> None:
    await published(town, texts=URDU | {"question.safe.text": "=HYPERLINK(1)", "question.clean.text": 'ایک\nدو, "تین"'})
    officer, _ = await officer_at(town)
    before = (await usecases.translation("park", "ur", town.consultations)).value

    sent = await officer.get(LANGUAGE + "/file.csv")
    rows = list(csv.DictReader(io.StringIO(sent.html.removeprefix("\ufeff"))))
    taken = await send_file(officer, sent.html.encode())

    assert {row["key"]: row["translation"] for row in rows}["question.safe.text"] == "'=HYPERLINK(1)"
    assert "texts taken from the file" in taken.html
    assert (await usecases.translation("park", "ur", town.consultations)).value == before


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("pl", "cp1250", "Huśtawki"),
        ("ur", "cp1256", "جھولے"),
        ("fr", "cp1252", "Balançoires"),
        ("gu", "utf-16", "હીંચકા"),
    ],
)
async def test_a_file_in_the_encoding_of_windows_is_read(town: Town, language: str, encoding: str, text: str) -> None:
    await published(town, language, {"details.title": "x"})
    officer, _ = await officer_at(town)
    content = f"key;english;translation\r\noption.missing.swings;Swings;{text}\r\n".encode(encoding)

    page = await send_file(officer, content, f"/staff/consultations/park/languages/{language}")

    assert "1 text taken from the file" in page.html
    assert page.form("?part=1").fields["t-option.missing.swings"] == [text]


async def test_lines_that_do_not_fit_are_left_out_and_named(town: Town) -> None:
    await published(town)
    officer, _ = await officer_at(town)
    lines = [
        "key,english,translation",
        "option.missing.cafe,A café,کیفے",
        "option.missing.cafe,A café,کیفے دو",
        "question.gone.text,Gone?,x",
        "question.else.text,What was it?,y",
        f"option.missing.swings,Swings,{'z' * 400}",
        "question.safe.text,I feel safe there,",
    ]

    page = await send_file(officer, "\n".join(lines).encode())

    assert "1 text taken from the file" in page.html
    for sentence in (
        "Line 3: the text stands in line 2 already",
        "Line 4: the consultation has no such text any more",
        "Line 5: the English is not what it was when the file was made",
        "Line 6: This is 176 characters too long",
    ):
        assert sentence in page.html, sentence
    assert "Line 7" not in page.html
    assert page.form("?part=1").fields["t-option.missing.swings"] == ["جھولے"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose the file"),
        (b"a,b\n1,2\n", "The file has no column “key”"),
        (b"\x00\x01\x02", "not a table that we can read"),
        (b"x" * 1_000_001, "The file is larger than 1 MB"),
    ],
)
async def test_a_file_that_is_none_is_refused_with_a_sentence(town: Town, content: bytes, sentence: str) -> None:
    await published(town)
    officer, _ = await officer_at(town)
    page = await send_file(officer, content)
    assert page.status == 422
    assert sentence in page.html


async def test_nobody_but_officers_translates(town: Town) -> None:
    await published(town)
    resident = await town.resident()
    for path in (LANGUAGE, LANGUAGE + "/file.csv", LANGUAGE + "/preview", "/staff/consultations/park/languages"):
        assert (await town.visitor().get(path)).path.startswith("/sign-in")
        assert (await resident.get(path)).status == 403
    for path in (LANGUAGE, LANGUAGE + "/publish", LANGUAGE + "/take-back", LANGUAGE + "/file"):
        assert (await resident.post(path, {})).status == 403


async def send_file(officer: Visitor, content: bytes, at: str = LANGUAGE) -> Page:
    name = b'filename="urdu.csv"' if content else b'filename=""'
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; ' + name + b"\r\n\r\n" + content + b"\r\n--edge--\r\n"
    )
    return await officer.post_bytes(
        at + "/file", body, {"content-type": "multipart/form-data; boundary=edge", "sec-fetch-site": "same-origin"}
    )
