"""Articles of known history to a calibrated reliability: ``detector calibrate``."""
