from __future__ import annotations

import pickle

import pytest

from detector.config import Config
from detector.errors import ConfigError


def test_lists_become_sets() -> None:
    config = Config(disable=["spintax"], allow=["wilt"])  # type: ignore[arg-type]
    assert config == Config(disable=frozenset({"spintax"}), allow=frozenset({"wilt"}))


@pytest.mark.parametrize("probability", [-0.1, 1.5, float("nan")])
def test_a_probability_lies_between_0_and_1(probability: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        Config(min_probability=probability)


def test_a_lone_string_is_no_list() -> None:
    with pytest.raises(ConfigError, match=r"allow is the string 'wilt': give a list"):
        Config(allow="wilt")  # type: ignore[arg-type]


def test_pickles() -> None:
    config = Config(min_probability=0.3, phrases=(("bosom peril", "breast cancer"),))
    assert pickle.loads(pickle.dumps(config)) == config


def test_severities_are_a_mapping_and_hashable() -> None:
    config = Config(severity={"spintax": "error", "inflection": "notice"})  # type: ignore[arg-type]
    assert config.severity == (("inflection", "notice"), ("spintax", "error"))
    assert config in {config}
    assert pickle.loads(pickle.dumps(config)) == config


def test_a_severity_is_one_of_three() -> None:
    with pytest.raises(ConfigError, match="'fatal': give one of error, warning, notice"):
        Config(severity={"spintax": "fatal"})  # type: ignore[arg-type]
