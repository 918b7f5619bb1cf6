"""Scenarios: one YAML file, one story. Finds the files, reads them into types, and says what is wrong with one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from hardclose_mocks.cards import CREATING, Creating, Validation
from hardclose_mocks.faults.catalogue import nearest
from hardclose_mocks.pace import PACES, Pace
from hardclose_simulator.scenario_fairness import unfair
from hardclose_simulator.scenario_faults import Faults, aim_of
from hardclose_simulator.scenario_flows import Flows
from hardclose_simulator.scenario_keys import (
    COMPANIES,
    COUNTERS,
    AccessKeys,
    BadFacts,
    CompanyKeys,
    Keys,
    LimitKeys,
    Masters,
    PaymentRun,
    People,
    PeriodAction,
    Positive,
    Profile,
    SecondThoughts,
    System,
    ValidationKeys,
    WebhookKeys,
    unknown,
    wrong,
)
from hardclose_simulator.scenario_yaml import YamlError, first_complaint, plain_yaml


class ScenarioError(ValueError):
    """A scenario file the user got wrong: the file, the dotted key, and what would be right."""

    def __init__(self, path: str | Path, *, key: str = "", says: str) -> None:
        self.path, self.key, self.says = str(path), key, says
        super().__init__(f"{path}: {key}: {says}" if key else f"{path}: {says}")


class Scenario(Keys):
    """A story: who does what between `starts` and `ends`, what goes wrong, and what must have happened at its end."""

    title: str
    summary: Annotated[str, Field(max_length=160, description="one line, for lists")]
    story: Annotated[str, Field(description="what it is, what it costs, what it must show")]
    tempts: Annotated[
        tuple[str, ...], Field(description="obligations that the story puts to the test, as seen with webhooks, C1")
    ] = ()
    pace: Literal["ci", "real"] = "ci"
    starts: Annotated[AwareDatetime, Field(description="business instant")]
    ends: Annotated[AwareDatetime, Field(description="people have done by then, faults strike until then")]
    heals: Annotated[
        AwareDatetime | None, Field(description="faults end here and people go on until `ends`: the recover phase")
    ] = None
    companies: Annotated[tuple[CompanyKeys, ...], Field(min_length=1)] = COMPANIES
    people: People = People()
    masters: Masters = Masters()
    flows: Flows
    bad_facts: BadFacts = BadFacts()
    second_thoughts: SecondThoughts = SecondThoughts()
    one_numbering: Annotated[
        bool, Field(description="reports and requisitions are numbered alike: one number, two documents")
    ] = False
    periods: tuple[PeriodAction, ...] = ()
    payments: tuple[PaymentRun, ...] = ()
    profiles: dict[Creating, Profile] = Field(default_factory=dict)
    validation: ValidationKeys | None = None
    limits: dict[System, LimitKeys] = Field(default_factory=dict)
    webhooks: dict[System, WebhookKeys] = Field(default_factory=dict)
    access: dict[System, AccessKeys] = Field(default_factory=dict)
    page_limit_max: Positive = 200
    refuses_older: Annotated[
        bool, Field(description="an older copy of a cost center is refused by the source systems; their cards say so")
    ] = False
    faults: Faults = Faults()
    drain_max: Annotated[float, Field(gt=0, le=30, description="business days")] = 3.0
    must_happen: dict[str, Positive] = Field(default_factory=dict, description=f"of {', '.join(COUNTERS)}")

    name: Annotated[str, Field(exclude=True)] = ""
    """The file's name, as people type it: `month-end`. Not part of the story."""

    def terms(self, operation: str) -> str:
        """The capability profile of an ERP operation; C1 unless the story says otherwise."""
        return next((profile for name, profile in self.profiles.items() if name == operation), "C1")

    def with_profile(self, profile: str) -> Self:
        """The same story with every ERP operation under one capability profile."""
        if profile not in get_args(Profile):
            raise ScenarioError(
                self.name, key="profiles", says=f"no such profile '{profile}'{nearest(profile, [*get_args(Profile)])}"
            )
        changed = self.model_copy(update={"profiles": dict.fromkeys(CREATING, profile)})
        for found in unfair(changed):
            raise ScenarioError(self.name, key=found.key, says=f"under {profile}: {found.says}")
        return changed

    @property
    def validates(self) -> Validation | None:
        """What the source systems' contract cards say about validation."""
        return None if self.validation is None else Validation(self.validation.fail, self.validation.budget_s)

    @property
    def pace_values(self) -> Pace:
        return PACES[self.pace]

    @property
    def drain_max_s(self) -> float:
        """Wire seconds."""
        return self.drain_max * timedelta(days=1).total_seconds() / self.pace_values.business_rate

    def company(self, code: str) -> CompanyKeys:
        return next(company for company in self.companies if company.code == code)

    def digest(self) -> str:
        """The scenario's hash: of what it says, not of how the file is laid out."""
        return hashlib.blake2b(self.model_dump_json(by_alias=True).encode(), digest_size=16).hexdigest()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        codes = [company.code for company in self.companies]
        if self.ends <= self.starts:
            raise wrong("ends", "must lie after 'starts'")
        if self.heals is not None and not self.starts < self.heals < self.ends:
            raise wrong("heals", "must lie between 'starts' and 'ends'")
        if not any(self.flows.counts().values()):
            raise wrong("flows", "there is no fact in any flow; set 'flows.expense.facts' above 0")
        for place, code in enumerate(codes):
            if code in codes[:place]:
                raise wrong(f"companies[{place}].code", f"'{code}' is there twice")
        for flow_name, flow in self.flows.arriving():
            for code in flow.companies:
                if code not in codes:
                    raise unknown(f"flows.{flow_name}.companies.{code}", "company", code, codes)
        for place, action in enumerate(self.periods):
            self._acts_in_time(f"periods[{place}]", action.company, action.at, codes)
        for place, payment in enumerate(self.payments):
            self._acts_in_time(f"payments[{place}]", payment.company, payment.at, codes)
        for counter in self.must_happen:
            if counter not in COUNTERS:
                raise unknown(f"must_happen.{counter}", "counter", counter, COUNTERS)
        self._check_faults()
        return self

    def _acts_in_time(self, key: str, company: str, at: datetime, codes: Sequence[str]) -> None:
        if company not in codes:
            raise unknown(f"{key}.company", "company", company, codes)
        instant = self.company(company).instant(at)
        if not self.starts <= instant <= self.ends:
            raise wrong(f"{key}.at", f"{instant.isoformat()} is outside 'starts' to 'ends'")

    def _check_faults(self) -> None:
        seen: set[str] = set()
        faults = self.faults
        kinds = {"weather": faults.weather, "aimed": faults.aimed, "timed": faults.timed, "habits": faults.habits}
        for key, rules in kinds.items():
            for place, rule in enumerate(rules):
                if rule.id in seen:
                    raise wrong(f"faults.{key}[{place}].name", f"another rule is called '{rule.id}' already; name this")
                seen.add(rule.id)
        for place, timed in enumerate(self.faults.timed):
            if not self.starts <= timed.at <= self.ends:
                raise wrong(f"faults.timed[{place}].at", f"{timed.at.isoformat()} is outside 'starts' to 'ends'")
        for place, aimed in enumerate(self.faults.aimed):
            for inner, aim in enumerate(aimed.facts):
                flow, numbers = aim_of(aim)
                if numbers[-1] > (there := self.flows.counts()[flow]):
                    says = f"'{aim}' goes beyond the {there} facts of that flow"
                    raise wrong(f"faults.aimed[{place}].facts[{inner}]", says)
        for found in unfair(self):
            raise wrong(found.key, found.says)


# --- finding ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario that can be run by name."""

    name: str
    title: str
    summary: str
    tempts: tuple[str, ...]
    path: Path


def folders() -> tuple[Path, ...]:
    """Where names are looked up: the installed package first, then the checkout it may have come from."""
    package = Path(str(resources.files("hardclose_simulator")))
    return package / "_data" / "scenarios", package.parent.parent / "scenarios"


def available(search: Sequence[Path] | None = None) -> tuple[Listed, ...]:
    """The scenarios there are, by name; the first folder wins. Raises ScenarioError for a broken one."""
    found = {path.stem.replace("_", "-"): path for path in reversed([*_files(search)])}
    return tuple(
        Listed(name, scenario.title, scenario.summary, scenario.tempts, found[name])
        for name in sorted(found)
        for scenario in (load(found[name]),)
    )


def load(name_or_path: str | Path, search: Sequence[Path] | None = None) -> Scenario:
    """A scenario by name (`month-end`) or by path; raises ScenarioError."""
    path = _find(str(name_or_path), search)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as no:
        raise ScenarioError(path, says=f"cannot be read: {no}") from no
    return parse(text, path)


def parse(text: str, path: str | Path) -> Scenario:
    """A scenario from YAML text; `path` is for messages and gives the scenario its name."""
    try:
        data = plain_yaml(text)
    except YamlError as broken:
        raise ScenarioError(path, says=str(broken)) from broken
    if not isinstance(data, dict):
        raise ScenarioError(path, says="a scenario is a mapping of keys, beginning with 'title: ...'")
    if "name" in data:
        raise ScenarioError(path, key="name", says="the file's name is the scenario's name; leave this out")
    data["name"] = Path(path).stem.replace("_", "-")
    try:
        return Scenario.model_validate_json(json.dumps(data))
    except ValidationError as no:
        key, says = first_complaint(no, Scenario)
        raise ScenarioError(path, key=key, says=says) from no


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors."""
    written = Scenario.model_json_schema(by_alias=True)
    del written["properties"]["name"]
    written["properties"]["must_happen"]["propertyNames"] = {"enum": list(COUNTERS)}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **written}


def _files(search: Sequence[Path] | None) -> Iterator[Path]:
    for folder in folders() if search is None else search:
        yield from sorted(folder.glob("*.y*ml"))


def _find(wanted: str, search: Sequence[Path] | None) -> Path:
    path = Path(wanted)
    if path.suffix in (".yaml", ".yml") or "/" in wanted:
        if path.is_file():
            return path
        says = "there is no such file; give a path, or a name from `hardclose list scenarios`"
        raise ScenarioError(wanted, says=says)
    files = {file.stem.replace("_", "-"): file for file in reversed([*_files(search)])}
    if found := files.get(wanted.replace("_", "-")):
        return found
    match = get_close_matches(wanted, files, n=1, cutoff=0.4)
    hint = f"; try '{match[0]}'" if match else ""
    raise ScenarioError(wanted, says=f"no such scenario{hint}; there are: {', '.join(sorted(files)) or 'none'}")
