"""Made-up people to look around as."""

from deploy.host import Host
from services.accounts import usecases
from services.accounts.domain import Role
from services.accounts.storage import AccountDocuments
from shared.run import Run

OFFICER = "officer@engage.example"
RESIDENT = "resident@engage.example"


async def fill(host: Host) -> None:
    service = host.service("accounts")
    documents, run, parts = AccountDocuments(service.store), Run(service.relay.wake), host.parts
    now = parts.clock()
    if await documents.people.count():
        return
    staff = usecases.AddStaff(OFFICER, [Role.OFFICER])
    await run(lambda: usecases.add_staff(staff, documents, parts.secrets, now))
    interests = [topic for topic, _ in parts.place.interests][:2]
    resident = usecases.SignUp(RESIDENT, parts.place.wards[0], interests)
    await run(lambda: usecases.sign_up(resident, documents, parts.secrets, parts.place, now))
