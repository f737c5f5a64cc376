"""Definitions 指标解释: of every figure and rate its name, unit and formula, so that no number is published without."""
