from pathlib import Path

import pytest

from opacity_training import config as configs

DEFAULT = Path(__file__).resolve().parents[1] / "configs" / "default-2d.yaml"


def test_default_loads_and_splits_by_patient():
    data = configs.load(DEFAULT).data
    assert data.test_cases == ["case_01", "case_05", "case_11", "case_16"]
    assert len(data.train_cases) == 9
    assert not set(data.train_cases) & set(data.test_cases)


def test_default_never_names_the_test_volumes():
    text = DEFAULT.read_text(encoding="utf-8")
    assert "lung1" not in text and "ricord" not in text


@pytest.mark.parametrize("bad", [{"sede": 1}, {"data": {"cases": []}}, {"train": {"batch": {"size": 8}}}, {"data": {"shares": {"slice": 1}}}])
def test_unknown_keys_are_refused(bad):
    with pytest.raises(configs.ConfigError):
        configs.from_dict(bad)


@pytest.mark.parametrize("bad", [{"seed": "1"}, {"seed": True}, {"train": {"steps": 1.5}}, {"data": []}, {"augment": {"zoom": ["a"]}}])
def test_wrong_types_are_refused(bad):
    with pytest.raises(configs.ConfigError):
        configs.from_dict(bad)


def test_a_patient_on_two_sides_is_refused():
    with pytest.raises(configs.ConfigError, match="case_01"):
        configs.from_dict({"data": {"train_cases": ["case_01"], "test_cases": ["case_01"]}})


def test_data_root_flag_beats_environment(monkeypatch):
    monkeypatch.setenv("OPACITY_TEST_DATA", "/a")
    assert configs.data_root() == Path("/a")
    assert configs.data_root("/b") == Path("/b")
