"""`engage consultation ...`: what is done with consultations on the command line."""

import argparse
import re
from pathlib import Path

from services.consultation.domain.evidence_check import check_pack
from shared.settings import Settings


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    consultation = commands.add_parser("consultation", help="check the file of an evidence pack")
    actions = consultation.add_subparsers(required=True, metavar="action")
    verify = actions.add_parser("verify-pack", help="say whether an evidence pack is whole, and the one it should be")
    verify.add_argument("file", type=Path, help="the ZIP file of the pack")
    verify.add_argument("--hash", type=_hash, help="the hash that Engage shows for the pack")
    verify.set_defaults(do=_verify)


def _hash(typed: str) -> str:
    plain = "".join(typed.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise argparse.ArgumentTypeError("a hash has 64 digits from 0 to 9 and a to f")
    return plain


def _verify(options: argparse.Namespace, _: Settings) -> int:
    """0 for yes, 1 for no."""
    verdict = check_pack(options.file, options.hash or "")
    if not verdict.is_good:
        print(f"No: {options.file} is not as it was.")
        for fault in verdict.faults:
            print(f"  {fault}")
        return 1
    print(f"Yes: all {verdict.files} files in it are as its manifest says.")
    print(f"Its hash is {verdict.digest}.")
    if options.hash:
        print("That is the hash that you gave: it is that pack.")
    else:
        print("Compare it with the hash that Engage shows for the pack, or give that with --hash.")
    return 0
