"""Reading the rows of an import as the form would: every fault of each, named by row and column."""

from collections.abc import Mapping
from datetime import datetime

from services.consultation.domain.answers import WardOf, no_ward
from services.consultation.domain.columns import (
    FORM_NUMBER,
    RECEIVED,
    cell_of,
    columns,
    names_by_field,
    read_answers,
    read_heading,
    read_received,
)
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.entering import fault_in_form_number, fault_in_received
from services.consultation.domain.importing import Fault, Import, ImportRow
from services.consultation.domain.question import OTHER
from services.consultation.domain.response import Origin

SHOWN_OF_CELL = 60


class RowReader:
    """Reads the rows of one import as the form would, each on the way that its answers lead."""

    def __init__(self, consultation: Consultation, importing: Import, ward_of: WardOf = no_ward) -> None:
        self._consultation = consultation
        self._importing = importing
        self._ward_of = ward_of
        self._columns = columns(consultation.version(importing.version))
        self._heading = read_heading(importing.heading, self._columns)
        self._names = names_by_field(self._columns)

    def form_number(self, row: ImportRow) -> str | None:
        return cell_of(row.cells, self._heading, FORM_NUMBER) or None

    def given(self, row: ImportRow) -> dict[str, tuple[str, ...]]:
        return read_answers(row.cells, self._heading, self._columns)

    def origin(self, row: ImportRow) -> Origin:
        """Of a row without faults."""
        received = read_received(cell_of(row.cells, self._heading, RECEIVED)) or self._importing.received_on
        return Origin(
            channel=self._importing.channel,
            entered_by=self._importing.entered_by,
            received_on=received,
            form_number=self.form_number(row),
        )

    def faults(self, row: ImportRow, entered: Mapping[str, str], now: datetime) -> list[Fault]:
        """All that is wrong with a row. `entered` has the references of responses by form number."""
        walked = self._consultation.walk(self.given(row), self._importing.version, self._ward_of)
        found = [*self._faults_of_form(row, entered), *self._faults_of_day(row, now)]
        found += [self._fault(row, field, sentence) for field, sentence in walked.faults.items()]
        if walked.exit is not None:
            found.append(Fault(row.number, "", "", f"These answers lead to “{walked.exit.title}”: nothing is stored"))
        elif not walked.faults and not walked.answers:
            found.append(Fault(row.number, "", "", "This row has no answer to any question that it leads to"))
        for question in walked.dropped:
            sentence = f"Left out: the other answers of this row lead past “{question.text}”"
            found.append(self._fault(row, question.fields[0], sentence, note=True))
        return found + self._beside_other(row)

    def _beside_other(self, row: ImportRow) -> list[Fault]:
        """Words for “Other” where it is not chosen would be lost without a word."""
        given = self.given(row)
        return [
            self._fault(row, each.field, f"Left out: “{OTHER.text}” is not chosen in this row", note=True)
            for each in self._columns
            if each.question is not None
            and each.question.other
            and each.field == each.question.other_field
            and each.field in given
            and OTHER.id not in given.get(each.question.id, ())
        ]

    def _faults_of_form(self, row: ImportRow, entered: Mapping[str, str]) -> list[Fault]:
        form = self.form_number(row)
        if form is None:
            return []
        if row.same_as:
            sentence = f"Row {row.same_as} has this form number too"
        elif form in entered:
            sentence = f"This form has been entered already. Its reference is {entered[form]}"
        else:
            sentence = fault_in_form_number(form)
        return [self._fault(row, FORM_NUMBER, sentence)] if sentence else []

    def _faults_of_day(self, row: ImportRow, now: datetime) -> list[Fault]:
        try:
            received = read_received(cell_of(row.cells, self._heading, RECEIVED)) or self._importing.received_on
        except ValueError:
            return [self._fault(row, RECEIVED, "Enter a real date, such as 27/3/2026")]
        sentence = fault_in_received(self._consultation.details, received, now)
        return [self._fault(row, RECEIVED, sentence)] if sentence else []

    def _fault(self, row: ImportRow, field: str, sentence: str, *, note: bool = False) -> Fault:
        name = self._names.get(field, "")
        column = next((each for each in self._columns if each.name == name), None)
        says = cell_of(row.cells, self._heading, column.field)[:SHOWN_OF_CELL] if column else ""
        return Fault(row.number, name, says, sentence, note)
