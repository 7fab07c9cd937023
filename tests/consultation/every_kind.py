"""One question of each kind, with what makes each of them say what is wrong, and with good answers."""

from collections.abc import Mapping

from services.consultation.domain import AGREE_SCALE, RESPONDENTS, Exit, Keep, Kind, Option, Page, Question, Route

PLACES = (Option("park", "The park"), Option("square", "The market square"), Option("river", "Along the river"))
WARDS = (Option("biscot", "Biscot"), Option("dallow", "Dallow"), Option("high-town", "High Town"))
FACTS = "The council has **£200,000** for this.\n\n* The park has 3 swings.\n* The square has none."

PAGES = (
    Page(
        "choices",
        "Your town",
        "Some questions about places.",
        "Part 1",
        (
            Question("who", Kind.RESPONDENT, "How do you answer?", required=True, options=RESPONDENTS),
            Question(
                "best",
                Kind.ONE_CHOICE,
                "Which place do you like best?",
                "One that you have been to.",
                required=True,
                options=PLACES,
                other=True,
                shuffled=True,
                facts_title="What there is now",
                facts=FACTS,
            ),
            Question("often", Kind.SEVERAL_CHOICES, "Where do you go?", options=PLACES, least=2, most=3, other=True),
            Question("safe", Kind.AGREE, "I feel safe in these places", options=AGREE_SCALE, required=True),
            Question("ward", Kind.WARD, "Which ward do you live in?", options=WARDS, required=True),
        ),
        (Route("best", ("river",), "no-river"),),
    ),
    Page(
        "orders",
        "What matters",
        "",
        "Part 2",
        (
            Question("about", Kind.INFORMATION, "How we use this", "We **add up** what you say.\n\n* Nobody is named."),
            Question(
                "each",
                Kind.MATRIX,
                "How good are these?",
                required=True,
                options=(Option("good", "Good"), Option("fair", "Fair"), Option("poor", "Poor")),
                rows=(Option("paths", "Paths"), Option("paths-2", "Paths for bicycles"), Option("lights", "Lights")),
            ),
            Question("order", Kind.RANKING, "What should come first?", options=PLACES, shuffled=True, required=True),
            Question("visits", Kind.NUMBER, "How many visits a year?", least=0, most=366),
            Question("born", Kind.DATE, "When were you born?"),
        ),
    ),
    Page(
        "words",
        "",
        "",
        "",
        (
            Question("short", Kind.SHORT_TEXT, "What is your street called?", "Not the number of your house."),
            Question("long", Kind.LONG_TEXT, "What else should we know?", required=True),
            Question("mail", Kind.EMAIL, "What is your e-mail address?"),
            Question(
                "code", Kind.POSTCODE, "What is your postcode?", keep=Keep.WHOLE, keep_why="To see how far it is."
            ),
            Question("plan", Kind.FILE, "Do you have a plan or a photograph?", file_types=("pdf", "png"), most=1),
        ),
    ),
)
EXITS = (Exit("no-river", "This is not about the river", "Ask *the Environment Agency* instead."),)

Answers = Mapping[str, Mapping[str, str | list[str]]]

BAD: Answers = {
    "choices": {"q-best": "other", "q-often": "park"},
    "orders": {"q-each.paths": "good", "q-order.park": "1", "q-order.square": "1", "q-visits": "1e9",
               "q-born.day": "31", "q-born.month": "2", "q-born.year": "2020"},
    "words": {"q-short": "x" * 201, "q-mail": "me at home", "q-code": "LU1"},
}  # fmt: skip
"""By page. What is left out of them is at fault as well, where it must be answered."""

FAULTS = {
    "choices": ("who", "best.other", "often", "safe", "ward"),
    "orders": ("each.paths-2", "each.lights", "order.square", "visits", "born.day"),
    "words": ("short", "long", "mail", "code"),
}
"""Fields that then have a sentence, in the order of the page."""

GOOD: Answers = {
    "choices": {"q-who": "resident", "q-best": "other", "q-best.other": "My garden", "q-often": ["park", "square"],
                "q-safe": "agree", "q-ward": "dallow"},
    "orders": {"q-each.paths": "good", "q-each.paths-2": "poor", "q-each.lights": "fair", "q-order.park": "2",
               "q-order.square": "1", "q-order.river": "3", "q-visits": "234", "q-born.day": "9",
               "q-born.month": "feb", "q-born.year": "1985"},
    "words": {"q-short": "High Street", "q-long": "More trees", "q-mail": "me@example.org", "q-code": "lu12bq"},
}  # fmt: skip
STORED = {
    "who": ("resident",), "best": ("other",), "best.other": ("My garden",), "often": ("park", "square"),
    "safe": ("agree",), "ward": ("dallow",), "each.paths": ("good",), "each.paths-2": ("poor",),
    "each.lights": ("fair",), "order": ("square", "park", "river"), "visits": ("234",), "born": ("1985-02-09",),
    "short": ("High Street",), "long": ("More trees",), "mail": ("me@example.org",), "code": ("LU1 2BQ",),
}  # fmt: skip
