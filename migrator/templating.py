"""One Jinja environment for every page that people see: autoescape on, strict undefined, the operator's folder first.

No page is known here by name, and nothing of HTTP.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import jinja2

from migrator.errors import ConfigError, Place, Problem

_MEND = "mend the template, or remove it to get the shipped one back"


def template_folders(folder: Path | None) -> tuple[Path, ...]:
    """Where templates and words are looked for, best first: the operator's folder, then the shipped one."""
    packaged = Path(__file__).parent / "templates"
    # Only a source checkout lacks the packaged folder; anywhere else, a `templates` beside the package is a stranger's.
    shipped = packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"
    return (shipped,) if folder is None else (folder, shipped)


def environment(folder: Path | None) -> jinja2.Environment:
    """The environment for an operator's `folder`, or for the shipped templates alone."""
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(place) for place in template_folders(folder)]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(templates: jinja2.Environment, name: str, **values: object) -> str:
    """The template `name` filled with `values`. Raises ConfigError with file and line where the template is at fault."""
    try:
        return templates.get_template(name).render(**values)
    except jinja2.TemplateSyntaxError as error:
        place = Place(error.filename or error.name or name, error.lineno)
        raise ConfigError([Problem(place, "template-syntax", error.message or "not a Jinja template", _MEND)]) from error
    except jinja2.TemplateNotFound as error:
        raise ConfigError([Problem(Place(str(error.name)), "template-missing", "there is no such template", _MEND)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(Place(name), "template-encoding", "the template is not UTF-8 text", _MEND)]) from error
    except (jinja2.TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise ConfigError([Problem(_place_of(error, name), "template-failed", str(error), _MEND)]) from error


def _place_of(error: Exception, name: str) -> Place:
    """The deepest line of a template on the way to `error`: Jinja gives its frames the template's own file and line."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.endswith((".py", ">")):
            return Place(frame.filename, frame.lineno or 0)
    return Place(name)
