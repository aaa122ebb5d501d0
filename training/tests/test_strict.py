import pytest

from opacity_training import sources
from opacity_training.strict import ConfigError, build, plain, read
from opacity_training.system import System, load

SMALL = {"id": "a", "title": "A", "document": "our own"}


def test_kinds_are_told_apart_by_kind():
    system = build(System, SMALL | {"network": {"kind": "basic-unet", "features": [8, 8, 8, 8, 8, 8]}}, "a")
    assert system.network.features == [8] * 6
    assert build(System, SMALL | {"network": "basic-unet"}, "a").network.features[0] == 16


@pytest.mark.parametrize(
    "more, says",
    [
        ({"trian": {}}, "'trian'"),
        ({"train": {"steps": "many"}}, "a.train.steps: int is wanted"),
        ({"network": {"kind": "no-such"}}, "one of basic-unet"),
        ({"network": {"kind": "basic-unet", "depth": 3}}, "a.network: unknown key 'depth'"),
        ({"data": {"extras": [{"share": 0.1}]}}, "source"),
    ],
)
def test_what_is_not_known_is_refused(more, says):
    with pytest.raises(ConfigError, match=says):
        build(System, SMALL | more, "a")


def test_a_file_is_laid_over_its_base(tmp_path):
    (tmp_path / "base.yaml").write_text("title: B\ndocument: ours\ntrain: {steps: 7, batch: 3}\nnetwork: {kind: basic-unet}\n")
    (tmp_path / "over.yaml").write_text("base: base.yaml\nid: over\ntrain: {steps: 9}\n")
    system = load(tmp_path / "over.yaml")
    assert (system.title, system.train.steps, system.train.batch) == ("B", 9, 3)
    assert read(tmp_path / "over.yaml")["network"] == {"kind": "basic-unet"}


@pytest.mark.parametrize("text", ["1e-3", "1E-3", "1.0e-3", "0.001"])
def test_a_rate_may_be_written_without_a_point(tmp_path, text):
    (tmp_path / "a.yaml").write_text(f"id: a\ntitle: A\ndocument: d\noptimiser: {{kind: adam, learning_rate: {text}}}\n")
    assert load(tmp_path / "a.yaml").optimiser.learning_rate == 0.001


def test_what_is_no_yaml_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "a.yaml").write_text("id: a\ndata: {chain: [\n  - x: : y\n")
    with pytest.raises(ConfigError, match="a.yaml is no YAML: ") as e:
        load(tmp_path / "a.yaml")
    assert "\n" not in str(e.value)
    with pytest.raises(ConfigError, match="is no YAML"):
        sources.parse("{kind: covid-ct-seg")


def test_the_hash_follows_every_value():
    a, b = build(System, SMALL, "a"), build(System, SMALL | {"train": {"batch": 9}}, "a")
    assert a.sha256() != b.sha256() == build(System, SMALL | {"train": {"batch": 9}}, "a").sha256()
    assert plain(a) == SMALL and plain(b) == SMALL | {"train": {"batch": 9}}
    network = {"kind": "keras-unet", "dropout": 0.1}
    assert plain(build(System, SMALL | {"network": network}, "a"))["network"] == network


def test_the_id_is_the_file_name(tmp_path):
    (tmp_path / "b.yaml").write_text("id: a\ntitle: A\ndocument: ours\n")
    with pytest.raises(ConfigError, match="must be the file's name"):
        load(tmp_path / "b.yaml")
