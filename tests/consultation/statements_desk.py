"""A consultation with statements, in a town of the test's process."""

from services.consultation.domain.statement import Statement
from services.consultation.usecases import statements
from shared.run import Run
from tests.town import Town

TEXTS = ("More trees", "Fewer cars", "A café", "Longer opening hours")


async def with_statements(town: Town, *texts: str, own: bool = True) -> list[Statement]:
    await town.publish("park")
    documents, run = town.consultations, Run(town.host.service("consultation").relay.wake)
    set_up = statements.SetUpStatements(
        "park", "What should the park be like?", is_on=True, takes_statements=own, by="o"
    )
    await run(lambda: statements.set_up_statements(set_up, documents))
    put = [statements.PutStatement(f"s{number}", "park", text, by="o") for number, text in enumerate(texts or TEXTS)]
    return [await statements.add_statement(each, documents, town.clock()) for each in put]
