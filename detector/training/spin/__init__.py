"""The synthetic spinner: makes training packs, and spins text for evaluation."""

from detector.training.spin.build import PackOptions, build_pack
from detector.training.spin.spinner import Replacement, Spinner, SpunText

__all__ = ["PackOptions", "Replacement", "Spinner", "SpunText", "build_pack"]
