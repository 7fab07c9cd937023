"""Files of data that come with the product or with a place, and what is wrong with one, by file and field."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


def read_data_file(path: Path, model: type[M], broken: type[Exception]) -> M:
    """Raises `broken` with a sentence."""
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise broken(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        where = f"{path}, {field}" if field else str(path)
        raise broken(f"{where}: {first['msg'].removeprefix('Value error, ')}.") from error
