"""An independent checker, veraPDF, finds that PDFs of reports keep to PDF/UA-1; and that it would find it if not."""

from pathlib import Path

import pytest

from deploy.servers import java
from services.consultation.domain.report_words import Content
from tests import verapdf
from tests.consultation.reports import CAFE, SWINGS, TAKEN
from tests.consultation.test_report_pdf import MARKUP, OTHER_WRITING, TURNED, WHOLE, pdf_of
from tests.servers import absent

pytestmark = pytest.mark.servers

EVIL = Content(f"{MARKUP}\n\n{OTHER_WRITING} {TURNED} עברית عربي", "", TAKEN, (SWINGS, CAFE))


def checked(pdf: bytes, folder: Path) -> str:
    (folder / "report.pdf").write_bytes(pdf)
    try:
        return verapdf.check(folder / "report.pdf")
    except java.Missing as missing:
        absent(str(missing))


@pytest.mark.parametrize("content", [WHOLE, EVIL, Content(items=(SWINGS,))], ids=["whole", "evil", "bare"])
async def test_the_pdf_of_a_report_keeps_to_pdf_ua(content: Content, tmp_path: Path) -> None:
    assert checked(await pdf_of(content), tmp_path).startswith("PASS ")


async def test_the_checker_sees_a_pdf_whose_figure_has_no_words(tmp_path: Path) -> None:
    pdf = await pdf_of(WHOLE)
    assert b"/Alt" in pdf

    assert checked(pdf.replace(b"/Alt", b"/Alx"), tmp_path).startswith("FAIL ")
