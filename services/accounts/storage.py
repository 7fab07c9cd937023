"""People and sign-ins as documents."""

from services.accounts.domain import Person, SignIn
from shared.consume import PARKED
from shared.store.documents import Documents
from shared.store.port import Collection, Store
from shared.web.sessions import REVOCATIONS

PEOPLE = Collection("people", unique=(("email_key",),))
SIGN_INS = Collection("sign_ins", indexed=("person",))

COLLECTIONS = (PEOPLE, SIGN_INS, PARKED, REVOCATIONS)


class AccountDocuments:
    def __init__(self, store: Store) -> None:
        self.people = Documents(store, PEOPLE, Person)
        self.sign_ins = Documents(store, SIGN_INS, SignIn)
