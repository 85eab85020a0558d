"""Corpora and thesauri to models: the synthetic spinner, collocations, encoder, calibration."""
