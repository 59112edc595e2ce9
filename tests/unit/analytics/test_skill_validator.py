import jsonschema
import pytest
import yaml

from analytics.patterns import analyze
from analytics.post import Post
from analytics.skill.model import Provenance
from analytics.skill.validator import InvalidSkillError, parse_skill, schema, validate_skill
from analytics.skill.writer import write_skill
from tests.support.pace import takes_less


@pytest.fixture(scope="module")
def valid():
    posts = [
        Post(
            "linkedin", f"Number {n} of our tips on coffee. Try it today. #coffee", True, n, 0, 0, 9
        )
        for n in range(1, 5)
    ]
    made = Provenance("task_1", "offline", 4, "2026-01-02T03:04:05Z")
    report = analyze(posts)
    return write_skill(posts, report, name="Tips", platforms=["linkedin"], provenance=made).yaml


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_a_written_skill_is_valid(valid):
    assert validate_skill(valid) == []
    assert parse_skill(valid).platforms == ("linkedin",)


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ('name: "Tips"', 'name: "T"', "name", "at least 3"),
        ('name: "Tips"', "name: 3.5", "name", "Must be string, is a number"),
        ('name: "Tips"', "nmae: x", "nmae", "not known here"),
        ("skill_id: skill_tips_v1", "skill_id: skill_tips_v2", "skill_id", "_v1"),
        ("skill_id: skill_tips_v1", "skill_id: Tips", "skill_id", "does not match"),
        ("skill_id: skill_tips_v1", 'skill_id: "skill_tips_v1\\n"', "skill_id", "does not match"),
        ('version: "1.0.0"', 'version: "1.0.x"', "version", "does not match"),
        ("  - linkedin", "  - myspace", "platforms[0]", "none of"),
        ("name: originality", "name: magic", "guards[6].name", "none of"),
        ("name: originality", "name: readability", "guards[6].name", "stands here twice"),
        ("  - linkedin", "  - linkedin\n  - linkedin", "platforms", "same entry twice"),
        ("unit: characters", "unit: words", "guards[2].unit", "Must be “characters”"),
        ("    max: 0.5", "    max: 1.5", "guards[6].max", "out of range"),
        ("    max: 0.5", "    max: yes", "guards[6].max", "Must be number, is text"),
        ("        max: 5", "        max: 1", "guards[3].platforms.linkedin.min", "more than max"),
        ("task_id: task_1", "task_id: task_1\n  task_id: task_2", "provenance.task_id", "second"),
    ],
)
def test_each_violation_names_its_line(valid, old, new, path, words):
    assert old in valid
    broken = valid.replace(old, new, 1)
    found = next(one for one in validate_skill(broken) if one.path == path)
    changed = new.strip().splitlines()[-1]
    lines = broken.splitlines()
    wanted = lines[found.line - 1]
    assert words in found.message
    assert changed in wanted or path.endswith((".min", "platforms"))


def test_all_violations_are_reported_in_order(valid):
    broken = valid.replace('name: "Tips"', 'name: ""').replace("task_id: task_1", "task_id: 7")
    found = validate_skill(broken)
    assert [one.path for one in found] == ["name", "provenance.task_id"]
    assert [one.line for one in found] == sorted(one.line for one in found)


def test_a_missing_section_is_named(valid):
    broken = valid.replace("locked:", "unlocked:")
    assert "“locked” is missing." in [one.message for one in validate_skill(broken)]


def test_platforms_of_guards_must_be_those_of_the_skill(valid):
    broken = valid.replace("  - linkedin\n", "  - twitter\n", 1)
    messages = [one.message for one in validate_skill(broken)]
    assert "“linkedin” is not one of the skill's platforms." in messages
    assert "“twitter” is missing." in messages


def test_parse_refuses_an_invalid_file():
    with pytest.raises(InvalidSkillError, match="missing"):
        parse_skill("name: only a name")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("- a list", "Must be object, is a list"),
        ("just words", "Must be object, is text"),
        ("a: [1, 2", "Not valid YAML"),
        ("a: \x07", "Not valid YAML"),
        ("a: 1\n---\nb: 2", "More than one document"),
        ("a: &x 1\nb: *x", "Anchors and aliases"),
        ("a: !!python/object/apply:os.system ['true']", "Tags"),
        ("a: " + "[" * 500 + "]" * 500, "levels deep"),
        ("a: " + "{b: " * 30 + "1" + "}" * 30, "levels deep"),
        ("x: " + "a" * 70_000, "at most 65536"),
        ("a: [" + "1," * 20_000 + "]", "Too many values"),
        ("? [a, b]\n: 1", "A key must be a word"),
    ],
)
def test_hostile_text_is_refused(text, words):
    assert any(words in one.message for one in validate_skill(text))


def test_hostile_text_is_refused_fast():
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    hostile = [bomb, "[" * 60_000, "{" * 60_000, "? " * 30_000, "a: " + "9" * 60_000, "- " * 30_000]
    validate_skill("")  # the schema is compiled once
    assert all(validate_skill(text) for text in hostile)
    assert takes_less(lambda more: [validate_skill(text + more) for text in hostile], 2)


def test_violations_are_bounded():
    many = "\n".join(f"key{n}: 1" for n in range(3000))
    found = validate_skill(many)
    assert len(found) == 100


def test_any_safe_loader_reads_it(valid):
    assert yaml.safe_load(valid)["provenance"]["created_at"] == "2026-01-02T03:04:05Z"
